//! A real browser as a person has it, driven from outside: Debian's `chromium` through its `chromedriver`.

use std::{
    cell::Cell,
    net::SocketAddr,
    ops::Deref,
    path::{Path, PathBuf},
    process::Command,
};

use candour::crypto::digest;
use serde_json::{Value, json};
use thirtyfour::{CapabilitiesHelper, ChromeCapabilities, ChromiumLikeCapabilities, error::WebDriverResult};

use super::driven::Driven;
pub(crate) use super::driven::Scripts;

pub(crate) const CHROMIUM: &str = "/usr/bin/chromium";
const CHROMEDRIVER: &str = "/usr/bin/chromedriver";

const ARGUMENTS: &[&str] = &[
    "--headless=new",
    // Chromium refuses its sandbox as root, and tests often run as root.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Whatever a page might ask for, no name resolves: nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/// A key.
#[derive(Clone, Copy)]
pub(crate) enum Key {
    Tab,
    Enter,
    Space,
    Down,
    Letter(char),
}

/// One browser with a fresh profile, on one box.
pub(crate) struct Browser {
    driven: Driven,
    /// Width and height of the window.
    size: Cell<(u32, u32)>,
}

impl Deref for Browser {
    type Target = Driven;

    fn deref(&self) -> &Driven {
        &self.driven
    }
}

impl Browser {
    /// Starts one, once there is a place for it.
    pub(crate) fn open(address: SocketAddr, scripts: Scripts) -> Self {
        Self::start(format!("http://{address}"), scripts, &[])
    }

    /// The same over TLS, at `box.test`, with certificates of that public key trusted alone.
    pub(crate) fn open_over_tls(address: SocketAddr, scripts: Scripts, public_key: &[u8]) -> Self {
        let trusted = data_encoding::BASE64.encode(&digest(public_key).0);
        let more = [
            format!("--ignore-certificate-errors-spki-list={trusted}"),
            "--host-resolver-rules=MAP box.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1".into(),
        ];
        Self::start(format!("https://box.test:{}", address.port()), scripts, &more)
    }

    fn start(origin: String, scripts: Scripts, more: &[String]) -> Self {
        let mut driver = Command::new(CHROMEDRIVER);
        driver.arg("--port=0");
        let driven = Driven::start(driver, "started successfully on port ", origin, scripts, |place| {
            capabilities(place, scripts, more).into()
        });
        let browser = Self { driven, size: Cell::default() };
        // The empty tab that the browser began with is not the box's affair.
        browser.network();
        browser
    }

    /// Types, wherever the focus is.
    pub(crate) fn type_there(&self, text: &str) {
        self.tools("Input.insertText", json!({ "text": text }));
    }

    /// Presses one key and lets it go, wherever the focus is. Not by the driver's own way: it presses again if a page
    /// went meanwhile.
    pub(crate) fn press(&self, key: Key) {
        let (name, code, number, text) = match key {
            Key::Tab => ("Tab", "Tab", 9, ""),
            Key::Enter => ("Enter", "Enter", 13, "\r"),
            Key::Space => (" ", "Space", 32, " "),
            Key::Down => ("ArrowDown", "ArrowDown", 40, ""),
            Key::Letter(letter) => {
                (&*letter.to_string(), "", u32::from(letter.to_ascii_uppercase()), &*letter.to_string())
            }
        };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event =
                json!({ "type": kind, "key": name, "code": code, "windowsVirtualKeyCode": number, "text": text });
            self.tools("Input.dispatchKeyEvent", event);
        }
    }

    /// Runs the driver's script in the page. The page's own content security policy does not hold for it.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.wait_for(async |driver| driver.execute(script, vec![]).await).json().clone()
    }

    /// As [`Self::run`], for a script that calls back with its answer.
    pub(crate) fn run_until_answered(&self, script: &str) -> Value {
        self.wait_for(async |driver| driver.execute_async(script, vec![]).await).json().clone()
    }

    /// One command of the developer tools.
    pub(crate) fn tools(&self, command: &str, parameters: Value) -> Value {
        self.wait_for(async |driver| driver.cdp().send_raw(command, parameters).await)
    }

    /// Gives the page another size, in CSS pixels, without loading it again.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        self.size.set((width, height));
        self.tools("Emulation.setScrollbarsHidden", json!({ "hidden": true }));
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.tools("Emulation.setDeviceMetricsOverride", size);
    }

    /// The whole page as a picture, in `target/screenshots`.
    pub(crate) fn picture(&self, name: &str) {
        // A window as tall as the page: a picture beyond the window would be laid out anew, without what was emulated.
        let (width, height) = self.size.get();
        let page =
            self.run("return document.documentElement.scrollHeight").as_u64().and_then(|height| height.try_into().ok());
        self.resize(width, page.unwrap_or(height).max(height));
        let picture = self.tools("Page.captureScreenshot", json!({}));
        self.resize(width, height);
        let data = picture["data"].as_str().expect("a picture");
        let bytes = data_encoding::BASE64.decode(data.as_bytes()).expect("base64");
        self.keep_picture(name, &bytes);
    }

    /// What happened on the network since the last look: the events of the developer tools, in order.
    pub(crate) fn network(&self) -> Vec<Value> {
        let entries = self.wait_for(async |driver| driver.get_log("performance").await);
        let message = |text: &str| serde_json::from_str::<Value>(text).expect("JSON")["message"].clone();
        entries
            .iter()
            .map(|entry| message(&entry.message))
            .filter(|event| event["method"].as_str().is_some_and(|m| m.starts_with("Network.")))
            .collect()
    }

    /// Closes the browser and gives every file that it leaves.
    pub(crate) fn close(mut self) -> Vec<(PathBuf, Vec<u8>)> {
        self.driven.quit();
        self.written()
    }
}

fn capabilities(place: &Path, scripts: Scripts, more: &[String]) -> ChromeCapabilities {
    let mut capabilities = ChromeCapabilities::new();
    let set = |capabilities: &mut ChromeCapabilities| -> WebDriverResult<()> {
        capabilities.set_binary(CHROMIUM)?;
        for argument in ARGUMENTS.iter().copied().chain(more.iter().map(String::as_str)) {
            capabilities.add_arg(argument)?;
        }
        capabilities.add_arg(&format!("--user-data-dir={}", place.join("profile").display()))?;
        if scripts == Scripts::Off {
            capabilities.add_experimental_option(
                "prefs",
                json!({ "profile.managed_default_content_settings.javascript": 2 }),
            )?;
        }
        capabilities.set("goog:loggingPrefs", json!({ "performance": "ALL" }))
    };
    set(&mut capabilities).expect("capabilities are JSON");
    capabilities
}
