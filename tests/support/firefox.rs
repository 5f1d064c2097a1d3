//! The other browser that people have: Debian's `firefox-esr` through `geckodriver`.

use std::{
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    ops::Deref,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::json;
use thirtyfour::{
    Capabilities, CapabilitiesHelper, FirefoxCapabilities, common::capabilities::firefox::FirefoxPreferences,
    error::WebDriverResult, extensions::addons::firefox::FirefoxTools,
};

use super::driven::{Driven, Scripts};

const FIREFOX: &str = "/usr/bin/firefox-esr";
const GECKODRIVER: &str = "geckodriver";

/// Where Firefox asks for its own affairs, whatever page is open.
const MAKER: [&str; 3] = [".mozilla.com", ".mozilla.net", ".firefox.com"];

/// With what Firefox's own compressed files begin; then comes the length of what is in them, in four bytes.
const COMPRESSED: &[u8] = b"mozLz40\0";

/// One Firefox with a fresh profile, on one box.
pub(crate) struct Firefox {
    driven: Driven,
    outside: Outside,
}

impl Deref for Firefox {
    type Target = Driven;

    fn deref(&self) -> &Driven {
        &self.driven
    }
}

impl Firefox {
    /// Starts one, once there is a place for it.
    pub(crate) fn open(address: SocketAddr, scripts: Scripts) -> Self {
        Self::start(format!("http://{address}"), scripts)
    }

    /// The same over TLS, whoever signed the certificate.
    pub(crate) fn open_over_tls(address: SocketAddr, scripts: Scripts) -> Self {
        Self::start(format!("https://{address}"), scripts)
    }

    fn start(origin: String, scripts: Scripts) -> Self {
        let outside = Outside::new();
        let mut driver = Command::new(GECKODRIVER);
        driver.args(["--port", "0"]);
        let driven = Driven::start(driver, "Listening on 127.0.0.1:", origin, scripts, |place| {
            capabilities(place, scripts, outside.port).expect("capabilities are JSON")
        });
        Self { driven, outside }
    }

    /// The whole page as a picture, in `target/screenshots`.
    pub(crate) fn picture(&self, name: &str) {
        let picture =
            self.wait_for(async |driver| FirefoxTools::new(Arc::clone(driver.handle())).full_screenshot_as_png().await);
        self.keep_picture(&format!("firefox-{name}"), &picture);
    }

    /// What was asked for beyond this machine, as `CONNECT example.org:443`, but for what Firefox asks its maker. None
    /// of it was reached.
    pub(crate) fn asked_outside(&self) -> Vec<String> {
        let asked = self.outside.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_makers = |asked: &str| MAKER.iter().any(|host| asked.ends_with(&format!("{host}:443")));
        asked.iter().filter(|asked| !is_makers(asked)).cloned().collect()
    }

    /// Every file that the browser has written, with its bytes, as they are before Firefox compresses them.
    pub(crate) fn written(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let unpacked = |(path, bytes): (PathBuf, Vec<u8>)| match bytes.strip_prefix(COMPRESSED) {
            // Of a file that is being written there may be a part.
            Some(packed) => (path, packed.get(4..).map(unpack).unwrap_or_default()),
            None => (path, bytes),
        };
        self.driven.written().into_iter().map(unpacked).collect()
    }

    /// Closes the browser and gives every file that it leaves.
    pub(crate) fn close(mut self) -> Vec<(PathBuf, Vec<u8>)> {
        self.driven.quit();
        self.written()
    }
}

/// All that lies beyond this machine: a proxy that notes what it is asked for, and answers nothing.
struct Outside {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Outside {
    fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        // It ends with the tests.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut line = String::new();
                let _ = BufReader::new(stream).read_line(&mut line);
                let asked = line.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
                noted.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
            }
        });
        Self { port, asked }
    }
}

fn capabilities(place: &Path, scripts: Scripts, proxy: u16) -> WebDriverResult<Capabilities> {
    let profile = place.join("profile");
    std::fs::create_dir(&profile).expect("a directory");
    let mut preferences = FirefoxPreferences::new();
    preferences.set("javascript.enabled", scripts == Scripts::On)?;
    preferences.set("network.proxy.type", 1)?;
    for kind in ["http", "ssl"] {
        preferences.set(&format!("network.proxy.{kind}"), "127.0.0.1")?;
        preferences.set(&format!("network.proxy.{kind}_port"), proxy)?;
    }
    // As a person's own, where the driver would have it keep less: pages for after a crash, far more often than every 15
    // seconds, and passwords.
    preferences.set("browser.sessionstore.resume_from_crash", true)?;
    preferences.set("browser.sessionstore.interval", 500)?;
    preferences.set("signon.rememberSignons", true)?;
    preferences.set("browser.formfill.enable", true)?;
    let mut capabilities = FirefoxCapabilities::new();
    capabilities.set_firefox_binary(FIREFOX)?;
    capabilities.set_headless()?;
    capabilities.add_arg("-profile")?;
    capabilities.add_arg(&profile.display().to_string())?;
    capabilities.set_preferences(preferences)?;
    // The tests' own authority is nobody's.
    capabilities.accept_insecure_certs(true)?;
    // Questions of the browser stay until they are answered.
    capabilities.set("unhandledPromptBehavior", json!("ignore"))?;
    Ok(capabilities.into())
}

/// What stands in an LZ4 block, as far as it is whole.
fn unpack(packed: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::new();
    let mut bytes = packed.iter().copied();
    while unpack_sequence(&mut bytes, &mut unpacked).is_some() {}
    unpacked
}

/// Some bytes as they stand, and then some that were there before. None at the end.
fn unpack_sequence(bytes: &mut impl Iterator<Item = u8>, unpacked: &mut Vec<u8>) -> Option<()> {
    let token = usize::from(bytes.next()?);
    let literals = length(token >> 4, bytes)?;
    unpacked.extend(bytes.by_ref().take(literals));
    let distance = usize::from(u16::from_le_bytes([bytes.next()?, bytes.next()?]));
    let start = unpacked.len().checked_sub(distance).filter(|_| distance > 0)?;
    let copied = length(token & 15, bytes)? + 4;
    (start..start + copied).for_each(|at| unpacked.push(unpacked[at]));
    Some(())
}

/// A length of four bits, which goes on in further bytes if they are all set.
fn length(first: usize, bytes: &mut impl Iterator<Item = u8>) -> Option<usize> {
    let (mut length, mut more) = (first, first == 15);
    while more {
        let next = bytes.next()?;
        length += usize::from(next);
        more = next == u8::MAX;
    }
    Some(length)
}

#[test]
fn what_firefox_compresses_is_unpacked() {
    // "ab", then six bytes from two back, then "c".
    assert_eq!(unpack(&[0x22, b'a', b'b', 2, 0, 0x10, b'c']), b"ababababc");
    let long: Vec<u8> = [&[0xf0, 1][..], &[b'x'; 16]].concat();
    assert_eq!(unpack(&long), [b'x'; 16]);
}
