//! What every browser that is driven from outside has in common: a person's ways through pages.

use std::{
    fs,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use thirtyfour::{
    By, Capabilities, WebDriver, WebElement,
    error::{WebDriverErrorInner, WebDriverResult},
};
use tokio::runtime::{Builder, Runtime};

/// How long something may take to appear: sealing and Argon2 run without optimisation, beside other tests.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a browser may take to ask whether to send a form again.
const QUESTION: Duration = Duration::from_secs(1);

/// Browsers that run at the same time: each is several processes and some hundred MiB.
const AT_ONCE: usize = 3;

/// How many run now, and whoever waits for one to end.
static RUNNING: (Mutex<usize>, Condvar) = (Mutex::new(0), Condvar::new());

/// Whether pages may run scripts. What the driver runs, it runs either way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    /// As in Tor Browser at "Safest".
    Off,
}

/// One browser with a fresh profile, on one box.
pub(crate) struct Driven {
    /// None once it has quit.
    driver: Option<WebDriver>,
    runtime: Runtime,
    program: Child,
    /// The profile and everything else that the browser writes.
    place: TempDir,
    /// Scheme and address of the box.
    origin: String,
    _turn: Turn,
}

/// A place among the browsers that may run at the same time. Whoever has one must not wait for another.
struct Turn;

impl Driven {
    /// Starts one, when fewer than [`AT_ONCE`] run: a driver, which says on which port it is after the words given, and
    /// with it a browser that writes into the place that its capabilities are made for.
    pub(super) fn start(
        mut driver: Command,
        port_after: &str,
        origin: String,
        scripts: Scripts,
        capabilities: impl FnOnce(&Path) -> Capabilities,
    ) -> Self {
        let turn = Turn::wait();
        let place = tempfile::tempdir().expect("a directory");
        let temporary = place.path().join("temporary");
        fs::create_dir(&temporary).expect("a directory");
        let mut program = driver
            // What the browser writes outside its profile is searched too.
            .env("TMPDIR", &temporary)
            .env("HOME", place.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{driver:?}: {error} (.ci/install brings it)"));
        let port = port_of(&mut program, port_after);
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let driver = runtime.block_on(WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities(place.path())));
        let driver = match driver {
            Ok(driver) => driver,
            Err(error) => {
                let _ = program.kill();
                let _ = program.wait();
                panic!("the browser does not start: {error}")
            }
        };
        let browser = Self { driver: Some(driver), runtime, program, place, origin, _turn: turn };
        browser.prove(scripts);
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

    pub(super) fn driver(&self) -> &WebDriver {
        self.driver.as_ref().expect("it has not quit")
    }

    pub(super) fn wait_for<T>(&self, action: impl AsyncFnOnce(&WebDriver) -> WebDriverResult<T>) -> T {
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
        let address = format!("{}{path}", self.origin);
        self.wait_for(async |driver| driver.goto(address).await);
    }

    /// Goes to any address.
    pub(crate) fn go_to(&self, address: &str) {
        self.wait_for(async |driver| driver.goto(address).await);
    }

    /// The browser's own way back. What comes may be a page that says that the one before is gone: see
    /// [`Self::reload`].
    pub(crate) fn back(&self) {
        self.moved(self.runtime.block_on(self.driver().back()));
    }

    /// The browser's own way forward.
    pub(crate) fn forward(&self) {
        self.moved(self.runtime.block_on(self.driver().forward()));
    }

    /// Loads the page again. If the browser asks whether to send once more what led to it, the answer is yes.
    pub(crate) fn reload(&self) {
        self.moved(self.runtime.block_on(self.driver().refresh()));
        // A moment for the question to come up; where there is none, nothing waits.
        let start = Instant::now();
        while start.elapsed() < QUESTION {
            if self.runtime.block_on(self.driver().accept_alert()).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn moved(&self, result: WebDriverResult<()>) {
        match result {
            // What Firefox shows instead of a page that it did not keep.
            Err(error) if !error.to_string().contains("about:neterror?e=notCached") => {
                panic!("{error}, on {}", self.path())
            }
            _ => {}
        }
    }

    /// The path and fragment of the page, or its whole address if it is not the box's.
    pub(crate) fn path(&self) -> String {
        let url = self.runtime.block_on(self.driver().current_url()).map(String::from).unwrap_or_default();
        url.strip_prefix(&self.origin).map(str::to_owned).unwrap_or(url)
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

    /// Does something with an element of the page. One of the page before, which goes while the next one comes, is looked for again:
    /// nothing was done with it.
    fn with<T>(&self, css: &str, action: impl AsyncFnMut(&WebElement) -> WebDriverResult<T>) -> T {
        self.with_found(&By::Css(css), css, action)
    }

    fn with_found<T>(&self, by: &By, what: &str, mut action: impl AsyncFnMut(&WebElement) -> WebDriverResult<T>) -> T {
        self.until(what, || {
            let element = self.runtime.block_on(self.driver().find(by.clone())).ok()?;
            match self.runtime.block_on(action(&element)) {
                Ok(done) => Some(done),
                Err(error) if matches!(error.as_inner(), WebDriverErrorInner::StaleElementReference(_)) => None,
                Err(error) => panic!("{error}, on {}", self.path()),
            }
        })
    }

    /// What a person sees of it.
    pub(crate) fn text(&self, css: &str) -> String {
        self.with(css, async |element| element.text().await)
    }

    /// What is typed in a field.
    pub(crate) fn value(&self, css: &str) -> String {
        self.with(css, async |element| element.prop("value").await).unwrap_or_default()
    }

    pub(crate) fn is_chosen(&self, css: &str) -> bool {
        self.with(css, async |element| element.is_selected().await)
    }

    pub(crate) fn click(&self, css: &str) {
        self.with(css, async |element| element.click().await);
    }

    /// Opens what is folded away on a form.
    pub(crate) fn open_groups(&self) {
        while self.count("main form details:not([open]) > summary") > 0 {
            self.click("main form details:not([open]) > summary");
        }
    }

    pub(crate) fn follow(&self, link: &str) {
        self.with_found(&By::LinkText(link), link, async |element| element.click().await);
    }

    /// Types into a field, after what is there.
    pub(crate) fn enter(&self, css: &str, text: &str) {
        self.with(css, async |element| element.send_keys(text).await);
    }

    /// Types into a field, instead of what is there.
    pub(crate) fn replace(&self, css: &str, text: &str) {
        self.with(css, async |element| {
            element.clear().await?;
            element.send_keys(text).await
        });
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
        // Firefox may tell of a heading before it tells of the title.
        self.until("title", || self.title().trim_start_matches("Error: ").contains(" – ").then_some(()));
    }

    /// Leaves a picture in `target/screenshots`, over that of the run before.
    pub(super) fn keep_picture(&self, name: &str, png: &[u8]) {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        fs::create_dir_all(&directory).expect("a directory");
        let mut file = fs::File::create(directory.join(format!("{name}.png"))).expect("a file");
        file.write_all(png).expect("a picture");
    }

    /// Every file that the browser has written, with its bytes.
    pub(crate) fn written(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        files_below(self.place.path(), &mut found);
        found
    }

    pub(super) fn quit(&mut self) {
        if let Some(driver) = self.driver.take() {
            let _ = self.runtime.block_on(driver.quit());
        }
    }
}

impl Drop for Driven {
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

/// The free port that the driver took, as it prints it after some words.
fn port_of(program: &mut Child, after: &str) -> u16 {
    let mut output = BufReader::new(program.stdout.take().expect("a pipe"));
    let mut line = String::new();
    loop {
        line.clear();
        assert_ne!(output.read_line(&mut line).expect("text"), 0, "the driver says on which port it is");
        if let Some((_, port)) = line.trim().trim_end_matches('.').split_once(after) {
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
