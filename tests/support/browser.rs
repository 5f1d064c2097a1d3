//! A real browser as a person has it, driven from outside: Debian's `chromium` through its `chromedriver`.

use std::{
    cell::Cell,
    fs,
    io::{self, BufRead, BufReader, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{
    By, CapabilitiesHelper, ChromeCapabilities, ChromiumLikeCapabilities, WebDriver, WebElement, error::WebDriverResult,
};
use tokio::runtime::{Builder, Runtime};

pub(crate) const CHROMIUM: &str = "/usr/bin/chromium";
const CHROMEDRIVER: &str = "/usr/bin/chromedriver";

/// How long something may take to appear: sealing and Argon2 run without optimisation, beside other tests.
const PATIENCE: Duration = Duration::from_secs(30);

/// Browsers that run at the same time: each is several processes and some hundred MiB.
const AT_ONCE: usize = 3;

/// How many run now, and whoever waits for one to end.
static RUNNING: (Mutex<usize>, Condvar) = (Mutex::new(0), Condvar::new());

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

/// Whether pages may run scripts. What the driver runs, it runs either way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    /// As in Tor Browser at "Safest".
    Off,
}

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
    /// None once it has quit.
    driver: Option<WebDriver>,
    runtime: Runtime,
    program: Child,
    /// The profile and everything else that the browser writes.
    place: Option<TempDir>,
    address: SocketAddr,
    /// Width and height of the window.
    size: Cell<(u32, u32)>,
    _turn: Turn,
}

/// A place among the browsers that may run at the same time. Whoever has one must not wait for another.
struct Turn;

impl Browser {
    /// Starts one, when fewer than [`AT_ONCE`] run.
    pub(crate) fn open(address: SocketAddr, scripts: Scripts) -> Self {
        let turn = Turn::wait();
        let place = tempfile::tempdir().expect("a directory");
        let temporary = place.path().join("temporary");
        fs::create_dir(&temporary).expect("a directory");
        let mut program = Command::new(CHROMEDRIVER)
            .arg("--port=0")
            // What the browser writes outside its profile is searched too.
            .env("TMPDIR", &temporary)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts (Debian packages chromium and chromium-driver)");
        let port = port_of(&mut program);
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let driver =
            runtime.block_on(WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities(place.path(), scripts)));
        let driver = match driver {
            Ok(driver) => driver,
            Err(error) => {
                let _ = program.kill();
                let _ = program.wait();
                panic!("the browser does not start: {error}")
            }
        };
        let browser = Self {
            driver: Some(driver),
            runtime,
            program,
            place: Some(place),
            address,
            size: Cell::default(),
            _turn: turn,
        };
        browser.prove(scripts);
        // The empty tab that the browser began with is not the box's affair.
        browser.network();
        browser
    }

    /// Shows by the browser's own behaviour whether a page's scripts run.
    fn prove(&self, scripts: Scripts) {
        let page =
            "data:text/html,<p id=q>none</p><script>q.textContent='ran'</script><noscript><p id=off></p></noscript>";
        self.wait_for(async |driver| driver.goto(page).await);
        let expected = if scripts == Scripts::On { ("ran", 0) } else { ("none", 1) };
        assert_eq!((self.text("#q").as_str(), self.count("#off")), expected, "whether scripts run");
    }

    fn driver(&self) -> &WebDriver {
        self.driver.as_ref().expect("it has not quit")
    }

    fn wait_for<T>(&self, action: impl AsyncFnOnce(&WebDriver) -> WebDriverResult<T>) -> T {
        match self.runtime.block_on(action(self.driver())) {
            Ok(value) => value,
            Err(error) => panic!("{error}, on {}", self.path()),
        }
    }

    /// Tries until something is there.
    pub(crate) fn until<T>(&self, what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = attempt() {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "no {what} on {}, titled {:?}", self.path(), self.title());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn go(&self, path: &str) {
        let address = format!("http://{}{path}", self.address);
        self.wait_for(async |driver| driver.goto(address).await);
    }

    pub(crate) fn back(&self) {
        self.wait_for(async |driver| driver.back().await);
    }

    /// The path and fragment of the page, or its whole address if it is not the box's.
    pub(crate) fn path(&self) -> String {
        let url = self.runtime.block_on(self.driver().current_url()).map(String::from).unwrap_or_default();
        url.strip_prefix(&format!("http://{}", self.address)).map(str::to_owned).unwrap_or(url)
    }

    pub(crate) fn title(&self) -> String {
        self.runtime.block_on(self.driver().title()).unwrap_or_default()
    }

    fn find(&self, css: &str) -> WebElement {
        self.until(css, || self.runtime.block_on(self.driver().find(By::Css(css))).ok())
    }

    pub(crate) fn count(&self, css: &str) -> usize {
        self.wait_for(async |driver| driver.find_all(By::Css(css)).await).len()
    }

    /// What a person sees of it.
    pub(crate) fn text(&self, css: &str) -> String {
        let element = self.find(css);
        self.wait_for(async |_| element.text().await)
    }

    /// What is typed in a field.
    pub(crate) fn value(&self, css: &str) -> String {
        let element = self.find(css);
        self.wait_for(async |_| element.prop("value").await).unwrap_or_default()
    }

    pub(crate) fn is_chosen(&self, css: &str) -> bool {
        let element = self.find(css);
        self.wait_for(async |_| element.is_selected().await)
    }

    pub(crate) fn click(&self, css: &str) {
        let element = self.find(css);
        self.wait_for(async |_| element.click().await);
    }

    pub(crate) fn follow(&self, link: &str) {
        let element = self.until(link, || self.runtime.block_on(self.driver().find(By::LinkText(link))).ok());
        self.wait_for(async |_| element.click().await);
    }

    /// Types into a field, after what is there.
    pub(crate) fn enter(&self, css: &str, text: &str) {
        let element = self.find(css);
        self.wait_for(async |_| element.send_keys(text).await);
    }

    /// Types into a field, instead of what is there.
    pub(crate) fn replace(&self, css: &str, text: &str) {
        let element = self.find(css);
        self.wait_for(async |_| element.clear().await);
        self.wait_for(async |_| element.send_keys(text).await);
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

    /// Waits until something is on the page.
    pub(crate) fn until_there(&self, css: &str) {
        self.find(css);
    }

    /// Waits for the page with that heading, and checks that its title begins with it.
    pub(crate) fn reaches(&self, heading: &str) {
        let shown = async || self.driver().find(By::Css("h1")).await?.text().await;
        // The page before may go while it is being looked at.
        self.until(heading, || self.runtime.block_on(shown()).is_ok_and(|text| text == heading).then_some(()));
        let title = self.title();
        assert!(title.trim_start_matches("Error: ").contains(" – "), "{title}");
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
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        fs::create_dir_all(&directory).expect("a directory");
        // A window as tall as the page: a picture beyond the window would be laid out anew, without what was emulated.
        let (width, height) = self.size.get();
        let page =
            self.run("return document.documentElement.scrollHeight").as_u64().and_then(|height| height.try_into().ok());
        self.resize(width, page.unwrap_or(height).max(height));
        let picture = self.tools("Page.captureScreenshot", json!({}));
        self.resize(width, height);
        let data = picture["data"].as_str().expect("a picture");
        let bytes = data_encoding::BASE64.decode(data.as_bytes()).expect("base64");
        // Over the picture of the run before.
        let mut file = fs::File::create(directory.join(format!("{name}.png"))).expect("a file");
        file.write_all(&bytes).expect("a picture");
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

    /// Every file that the browser has written, with its bytes.
    pub(crate) fn written(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        files_below(self.place.as_ref().expect("it has not quit").path(), &mut found);
        found
    }

    /// Closes the browser and gives every file that it leaves.
    pub(crate) fn close(mut self) -> Vec<(PathBuf, Vec<u8>)> {
        self.quit();
        self.written()
    }

    fn quit(&mut self) {
        if let Some(driver) = self.driver.take() {
            let _ = self.runtime.block_on(driver.quit());
        }
    }
}

impl Drop for Browser {
    /// Also when a test fails: neither browser nor driver stays behind.
    fn drop(&mut self) {
        self.quit();
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Turn {
    fn wait() -> Self {
        let (running, ended) = &RUNNING;
        let guard = running.lock().unwrap_or_else(PoisonError::into_inner);
        let mut running =
            ended.wait_while(guard, |running| *running >= AT_ONCE).unwrap_or_else(PoisonError::into_inner);
        *running += 1;
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *RUNNING.0.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        RUNNING.1.notify_one();
    }
}

fn capabilities(place: &Path, scripts: Scripts) -> ChromeCapabilities {
    let mut capabilities = ChromeCapabilities::new();
    let set = |capabilities: &mut ChromeCapabilities| -> WebDriverResult<()> {
        capabilities.set_binary(CHROMIUM)?;
        for argument in ARGUMENTS {
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

/// The free port that the driver took, as it prints it.
fn port_of(program: &mut Child) -> u16 {
    let mut output = BufReader::new(program.stdout.take().expect("a pipe"));
    let mut line = String::new();
    loop {
        line.clear();
        assert_ne!(output.read_line(&mut line).expect("text"), 0, "the driver says on which port it is");
        if let Some((_, port)) = line.trim().trim_end_matches('.').split_once("started successfully on port ") {
            let port = port.parse().expect("a port");
            // Read on, or the driver would stop at a full pipe.
            std::thread::spawn(move || io::copy(&mut output, &mut io::sink()));
            return port;
        }
    }
}

fn files_below(directory: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    // A running browser removes files while they are listed.
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files_below(&entry.path(), found),
            Ok(kind) if kind.is_file() => found.push((entry.path(), fs::read(entry.path()).unwrap_or_default())),
            _ => {}
        }
    }
}
