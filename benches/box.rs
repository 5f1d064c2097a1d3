//! How fast the box is and how much memory it takes, against floors measured in the same run.
//!
//! `cargo bench` starts the real binary on loopback and prints one table. A figure and its floor are measured in turns, and
//! the median of their ratios is told; it fails when a bound is missed. The set-up builds `rage` once, as the floor of
//! whoever seals a file by hand.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement that can't go on has failed; its figures are its output"
)]

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/support/mod.rs"]
mod support;

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use candour::{
    crypto::{Code, GovernanceRecipients, HashMemory, KdfParams, os_random, seal_bytes},
    domain::BoxId,
};
use support::{
    http,
    installation::{Installation, Serving},
    person,
};

const MIB: u64 = 1024 * 1024;
/// Of the `rage` that is the floor.
const RAGE: &str = "0.12.1";
/// For larger files and more sends than a box takes unless it is told to.
const CONFIG: &[u8] = b"[limits]
attachment_mib = 2048
sends_a_minute = 1000000
code_checks_a_minute = 1000000
daily_mib = 1048576
disk_reserve_mib = 0
";

/// The least that a figure may be, or the most.
#[derive(Clone, Copy)]
enum Bound {
    Least(f64),
    Most(f64),
}

/// One line of the table.
struct Line {
    name: &'static str,
    figure: String,
    floor: String,
    /// What is held against the bound.
    ratio: f64,
    bound: Bound,
}

fn main() {
    let place = Installation::new();
    place.put("bench.toml", CONFIG);
    let bench = Bench { rage: rage(), running: place.serve_with(&["--config", "bench.toml"]), place };
    let mut lines = Vec::new();
    let idle = bench.mib("VmRSS:");
    bench.texts(&mut lines);
    bench.pages(&mut lines);
    let quiet = bench.mib("VmRSS:");
    bench.uploads(&mut lines);
    bench.memory(&mut lines, idle.max(quiet));
    bench.aborted(&mut lines);
    bench.carried(&mut lines);
    bench.backed_up(&mut lines);

    println!("{:<52}{:>18}{:>26}{:>8}  bound", "", "figure", "floor", "ratio");
    let mut missed = Vec::new();
    for Line { name, figure, floor, ratio, bound } in &lines {
        let (is_met, bound) = match bound {
            Bound::Least(least) => (ratio >= least, format!("at least {least}")),
            Bound::Most(most) => (ratio <= most, format!("at most {most}")),
        };
        println!("{name:<52}{figure:>18}{floor:>26}{ratio:>8.2}  {bound}{}", if is_met { "" } else { "  MISSED" });
        if !is_met {
            missed.push(name);
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

struct Bench {
    rage: PathBuf,
    running: Serving,
    place: Installation,
}

impl Bench {
    /// A text, its receipt, and its code; and how many can be sent in a second.
    fn texts(&self, lines: &mut Vec<Line>) {
        let recipients = GovernanceRecipients::parse(&self.recipient()).unwrap();
        let memory = HashMemory::default();
        let floor_file = File::create(self.place.path("floor")).unwrap();
        floor_file.write_all_at(&vec![0; 32 * 1024], 0).unwrap();
        let floor = || {
            timed(|| {
                hash(&memory);
                let sealed = seal_bytes(&[b' '; 16 * 1024], &recipients).unwrap();
                floor_file.write_all_at(sealed.as_bytes(), 0).unwrap();
                floor_file.sync_data().unwrap();
            })
        };
        let mut codes = Vec::new();
        let send = |codes: &mut Vec<String>| {
            let fields = self.checked();
            timed(|| codes.push(sent(&http::post_multipart(self.address(), "/report/send", &fields, vec![]))))
        };
        send(&mut codes);
        let pair = pairs(40, || send(&mut codes), floor);
        lines.push(pair.line("a text, to its receipt page / hash, seal, synced write", Bound::Most(1.25)));

        let asked = median(codes.iter().map(|code| timed(|| drop(person::status(self.address(), code)))).collect());
        let figure = format!("{:.1} ms", asked.as_secs_f64() * 1e3);
        let ratio = asked.as_secs_f64() * 1e3;
        let name = "a status page, ms";
        lines.push(Line { name, figure, floor: String::new(), ratio, bound: Bound::Most(60.0) });

        // How much more two threads do than one, of hashing alone: two cores that are halves of one do less than twice.
        let hashes_a_second = |threads: usize| {
            let took = timed(|| {
                thread::scope(|scope| {
                    for _ in 0..threads {
                        scope.spawn(|| (0..60).for_each(|_| hash(&memory)));
                    }
                });
            });
            (threads * 60) as f64 / took.as_secs_f64()
        };
        let cores = hashes_a_second(2) / hashes_a_second(1);
        let rates: Vec<f64> = [1, 8, 32].map(|clients| self.sends_a_second(clients)).into();
        for (name, place) in [("sends a second, 8 clients / 1 client", 1), ("sends a second, 32 clients / 1 client", 2)]
        {
            let figure = format!("{:.0} / {:.0} = {:.2}", rates[place], rates[0], rates[place] / rates[0]);
            let floor = format!("two threads hash {cores:.2}");
            let bound = Bound::Least(0.7);
            lines.push(Line { name, figure, floor, ratio: rates[place] / rates[0] / cores, bound });
        }
    }

    fn sends_a_second(&self, clients: usize) -> f64 {
        let forms: Vec<_> = (0..20 * clients.min(8)).map(|_| self.checked()).collect();
        let next = AtomicUsize::new(0);
        let took = timed(|| {
            thread::scope(|scope| {
                for _ in 0..clients {
                    scope.spawn(|| {
                        while let Some(form) = forms.get(next.fetch_add(1, Ordering::Relaxed)) {
                            // Looking into a page would take more of the cores than some of the sending does.
                            let page = http::post_multipart(self.address(), "/report/send", form, vec![]);
                            assert!(page.status == 200 && page.body.windows(12).any(|part| part == b"receipt-code"));
                        }
                    });
                }
            });
        });
        forms.len() as f64 / took.as_secs_f64()
    }

    /// Pages that hold nothing of anybody's.
    fn pages(&self, lines: &mut Vec<Line>) {
        for (name, path) in [
            ("GET /report?route=…, pages a second of one core", "/report?route=staff-concern"),
            ("GET /, pages a second of one core", "/"),
        ] {
            let before = self.cpu();
            let times = thread::scope(|scope| {
                let clients: Vec<_> = (0..4)
                    .map(|_| {
                        scope.spawn(|| (0..1_500).map(|_| timed(|| get(self.address(), path))).collect::<Vec<_>>())
                    })
                    .collect();
                clients.into_iter().flat_map(|client| client.join().unwrap()).collect::<Vec<_>>()
            });
            let rate = times.len() as f64 / (self.cpu() - before);
            let mut times = times;
            times.sort();
            let p99 = times[times.len() * 99 / 100].as_secs_f64() * 1e3;
            let (figure, floor) = (format!("{rate:.0}"), format!("p99 {p99:.1} ms"));
            lines.push(Line { name, figure, floor, ratio: rate, bound: Bound::Least(7_500.0) });
        }
    }

    fn uploads(&self, lines: &mut Vec<Line>) {
        for (name, mib, runs) in [("200 MiB, to its receipt page", 200, 5), ("1 GiB, to its receipt page", 1024, 3)] {
            let source = self.source(mib);
            let pair = pairs(runs, || self.upload(&source, mib), || self.seal_by_hand(&source, 1));
            lines.push(pair.rate_line(name, mib as f64, Bound::Least(0.9)));
        }
        let source = self.source(200);
        let pair = pairs(3, || self.uploads_at_once(&source, 200, 4), || self.seal_by_hand(&source, 4));
        lines.push(pair.rate_line("four of 200 MiB at once / four rage", 800.0, Bound::Least(0.6)));
    }

    /// What uploads take beyond what a box has that hashes codes.
    fn memory(&self, lines: &mut Vec<Line>, before: f64) {
        let source = self.source(200);
        self.uploads_at_once(&source, 200, 8);
        let peak = self.mib("VmHWM:");
        let (figure, floor) = (format!("{peak:.0} MiB"), format!("{before:.0} MiB without"));
        let bound = Bound::Most(20.0);
        lines.push(Line {
            name: "memory, eight of 200 MiB at once, MiB more",
            figure,
            floor,
            ratio: peak - before,
            bound,
        });
    }

    /// Four files that never end.
    fn aborted(&self, lines: &mut Vec<Line>) {
        let send = || {
            let fields = self.checked();
            timed(|| drop(sent(&http::post_multipart(self.address(), "/report/send", &fields, vec![]))))
        };
        let before = median((0..20).map(|_| send()).collect());
        let on_disk = |place: &Installation| fs::metadata(place.path("box/store/candour.db")).unwrap().len();
        let (records, memory) = (on_disk(&self.place), self.mib("VmRSS:"));
        let head = "POST /report/send HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1500000000\r\n\r\n";
        let head = format!("{head}{}", http::until_file(&self.checked()));
        let broken: Vec<_> = (0..4)
            .map(|_| {
                let mut stream = TcpStream::connect(self.address()).unwrap();
                stream.write_all(head.as_bytes()).unwrap();
                std::io::copy(&mut std::io::repeat(7).take(250 * MIB), &mut stream).unwrap();
                stream
            })
            .collect();
        drop(broken);
        let after = median((0..20).map(|_| send()).collect());
        let (figure, floor) = (format!("{after:.1?}"), format!("{before:.1?}"));
        let ratio = after.as_secs_f64() / before.as_secs_f64();
        lines.push(Line {
            name: "a text after 1,000 MiB that broke off / before",
            figure,
            floor,
            ratio,
            bound: Bound::Most(1.25),
        });
        let more = (self.mib("VmRSS:") - memory).max(0.0);
        let (figure, floor) =
            (format!("{more:.0} MiB"), format!("{} bytes of records", on_disk(&self.place) - records));
        lines.push(Line { name: "memory that it leaves, MiB", figure, floor, ratio: more, bound: Bound::Most(8.0) });
    }

    /// A collection with one large file, made and taken in, by seconds of all cores.
    fn carried(&self, lines: &mut Vec<Line>) {
        let place = Installation::new();
        place.put("bench.toml", CONFIG);
        let running = place.serve_with(&["--config", "bench.toml"]);
        let source = self.source(200);
        let large = Self::with_file(running.address, &source, 200);
        drop(sent(&large));
        running.stop();
        let mut number = 0;
        let collect = || {
            number += 1;
            cpu_of(|| drop(place.collect(&format!("c{number}"))))
        };
        let pair = pairs(5, collect, || {
            cpu_of(|| {
                self.seal_by_hand(&source, 1);
            })
        });
        lines.push(pair.rate_line("collect, by CPU seconds / rage", 200.0, Bound::Least(0.5)));
        // Each byte is opened twice and sealed once.
        let taken_in = cpu_of(|| drop(place.import("c1")));
        let by_hand = cpu_of(|| self.open_twice_and_seal(&source));
        let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
        let (figure, floor) = (seconds(taken_in), seconds(by_hand));
        let ratio = by_hand.as_secs_f64() / taken_in.as_secs_f64();
        let name = "import, by CPU seconds / rage -d, rage -d, rage";
        lines.push(Line { name, figure, floor, ratio, bound: Bound::Least(0.85) });
    }

    /// A backup of one large file, while the box serves and while it does not, and a box made of it.
    fn backed_up(&self, lines: &mut Vec<Line>) {
        const LARGE: u64 = 1024;
        let place = Installation::new();
        place.put("bench.toml", CONFIG);
        place.done(&["keys", "new", "--out", "op", "--no-passphrase"]);
        let backup = ["backup", "--data", "box", "--to", "op/governance.recipients", "--out", "backup"];
        let restore = ["restore", "--data", "new", "--identity", "op/identity.txt", "backup"];
        let running = place.serve_with(&["--config", "bench.toml"]);
        let source = self.source(LARGE);
        drop(sent(&Self::with_file(running.address, &source, LARGE)));

        let send = || {
            let fields = person::checked(running.address, "staff-concern", &[]);
            timed(|| drop(sent(&http::post_multipart(running.address, "/report/send", &fields, vec![]))))
        };
        let before = median((0..20).map(|_| send()).collect());
        let during = thread::scope(|scope| {
            let under_way = scope.spawn(|| place.done(&backup));
            let mut times = Vec::new();
            while !under_way.is_finished() {
                times.push(send());
            }
            median(times)
        });
        fs::remove_file(place.path("backup")).unwrap();
        let (figure, floor) = (format!("{during:.1?}"), format!("{before:.1?}"));
        let ratio = during.as_secs_f64() / before.as_secs_f64();
        let name = "a text while 1 GiB is backed up / before";
        lines.push(Line { name, figure, floor, ratio, bound: Bound::Most(2.0) });
        running.stop();

        let mut peaks = Vec::new();
        let mut run = |arguments: &[&str], made: &str| {
            let (took, peak) = watched(&place, arguments);
            peaks.push(peak);
            if made == "new" {
                fs::remove_dir_all(place.path(made)).unwrap();
            }
            took
        };
        let pair = pairs(
            3,
            || {
                let _ = fs::remove_file(place.path("backup"));
                run(&backup, "backup")
            },
            || self.seal_by_hand(&source, 1),
        );
        lines.push(pair.rate_line("backup of 1 GiB / rage", LARGE as f64, Bound::Least(0.8)));
        let pair = pairs(3, || run(&restore, "new"), || self.open_by_hand(&place.path("backup"), &place));
        lines.push(pair.rate_line("restore of 1 GiB / rage -d", LARGE as f64, Bound::Least(0.5)));
        let peak = peaks.into_iter().max().unwrap_or_default() as f64 / 1024.0;
        let (figure, floor) = (format!("{peak:.0} MiB"), String::new());
        let name = "memory of a backup and a restore, MiB";
        lines.push(Line { name, figure, floor, ratio: peak, bound: Bound::Most(48.0) });
    }

    /// `rage -d` to a synced file.
    fn open_by_hand(&self, sealed: &Path, place: &Installation) -> Duration {
        let out = self.place.path("opened");
        let took = timed(|| {
            let mut rage = Command::new(&self.rage);
            rage.args(["-d", "-i"]).arg(place.path("op/identity.txt")).arg("-o").arg(&out).arg(sealed);
            assert!(rage.status().unwrap().success());
            File::open(&out).unwrap().sync_all().unwrap();
        });
        fs::remove_file(out).unwrap();
        took
    }

    fn address(&self) -> SocketAddr {
        self.running.address
    }

    fn mib(&self, field: &str) -> f64 {
        self.running.memory_kib(field) as f64 / 1024.0
    }

    /// Seconds of all cores that the box has taken.
    fn cpu(&self) -> f64 {
        cpu_seconds(&format!("/proc/{}/stat", self.running.id()), 13)
    }

    fn checked(&self) -> http::Fields {
        let description = "A description of two kilobytes. ".repeat(64);
        person::checked(self.address(), "staff-concern", &[("description", &description)])
    }

    fn upload(&self, source: &Path, mib: u64) -> Duration {
        let fields = self.checked();
        timed(|| drop(sent(&Self::post(self.address(), &fields, source, mib))))
    }

    fn uploads_at_once(&self, source: &Path, mib: u64, count: usize) -> Duration {
        let forms: Vec<_> = (0..count).map(|_| self.checked()).collect();
        timed(|| {
            thread::scope(|scope| {
                for form in &forms {
                    scope.spawn(|| sent(&Self::post(self.address(), form, source, mib)));
                }
            });
        })
    }

    fn with_file(address: SocketAddr, source: &Path, mib: u64) -> http::Page {
        Self::post(address, &person::checked(address, "staff-concern", &[]), source, mib)
    }

    /// Sends a form with a file by `sendfile`, so that whoever sends takes little of the cores that the box works on.
    fn post(address: SocketAddr, fields: &http::Fields, source: &Path, mib: u64) -> http::Page {
        const BOUNDARY: &str = "boundary-of-a-bench";
        let text: String = fields
            .iter()
            .map(|(name, value)| {
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            })
            .collect();
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"large.bin\"\r\n\r\n"
        );
        let end = format!("\r\n--{BOUNDARY}--\r\n");
        let length = (text.len() + head.len() + end.len()) as u64 + mib * MIB;
        let request = format!(
            "POST /report/send HTTP/1.1\r\n{}Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n",
            http::OWN_PAGE
        );
        http::exchange(address, &request, |stream| {
            stream.write_all(text.as_bytes())?;
            stream.write_all(head.as_bytes())?;
            std::io::copy(&mut File::open(source)?, stream)?;
            stream.write_all(end.as_bytes())
        })
    }

    /// `rage` to a synced file, so many at once.
    fn seal_by_hand(&self, source: &Path, count: usize) -> Duration {
        let outs: Vec<_> = (0..count).map(|number| self.place.path(&format!("rage{number}"))).collect();
        let recipient = self.recipient();
        let took = timed(|| {
            thread::scope(|scope| {
                for out in &outs {
                    let recipient = recipient.trim();
                    scope.spawn(move || {
                        let mut rage = Command::new(&self.rage);
                        rage.args(["-r", recipient, "-o"]).arg(out).arg(source);
                        assert!(rage.status().unwrap().success());
                        File::open(out).unwrap().sync_all().unwrap();
                    });
                }
            });
        });
        outs.iter().for_each(|out| fs::remove_file(out).unwrap());
        took
    }

    fn open_twice_and_seal(&self, source: &Path) {
        let (recipient, out) = (self.recipient(), self.place.path("sealed"));
        let mut rage = Command::new(&self.rage);
        assert!(rage.args(["-r", recipient.trim(), "-o"]).arg(&out).arg(source).status().unwrap().success());
        for _ in 0..2 {
            let mut open = Command::new(&self.rage);
            open.args(["-d", "-i"])
                .arg(self.place.path("team/identity.txt"))
                .arg("-o")
                .arg(self.place.path("opened"))
                .arg(&out);
            assert!(open.status().unwrap().success());
            fs::remove_file(self.place.path("opened")).unwrap();
        }
        fs::remove_file(out).unwrap();
    }

    fn recipient(&self) -> String {
        fs::read_to_string(self.place.path("team/governance.recipients")).unwrap()
    }

    /// A file of so many mebibytes that no disk makes smaller.
    fn source(&self, mib: u64) -> PathBuf {
        let path = self.place.path(&format!("source-{mib}"));
        if !path.exists() {
            let mut out = File::create(&path).unwrap();
            let mut piece = vec![0; 1 << 20];
            for _ in 0..mib {
                rand::Rng::fill_bytes(&mut os_random(), &mut piece);
                out.write_all(&piece).unwrap();
            }
        }
        path
    }
}

/// A figure and its floor, measured in turns.
struct Pairs {
    /// Floor over figure for each turn: more is better.
    ratios: Vec<f64>,
    figure: Duration,
    floor: Duration,
}

fn pairs(runs: usize, mut figure: impl FnMut() -> Duration, mut floor: impl FnMut() -> Duration) -> Pairs {
    let times: Vec<_> = (0..runs).map(|_| (figure(), floor())).collect();
    let mut ratios: Vec<f64> = times.iter().map(|(figure, floor)| floor.as_secs_f64() / figure.as_secs_f64()).collect();
    ratios.sort_by(f64::total_cmp);
    let (figures, floors) = times.into_iter().unzip();
    Pairs { ratios, figure: median(figures), floor: median(floors) }
}

impl Pairs {
    fn ratio(&self) -> f64 {
        self.ratios[self.ratios.len() / 2]
    }

    /// As times: how many times the floor.
    fn line(&self, name: &'static str, bound: Bound) -> Line {
        let (figure, floor) = (format!("{:.1?}", self.figure), format!("{:.1?}", self.floor));
        Line { name, figure, floor, ratio: 1.0 / self.ratio(), bound }
    }

    /// As rates: which part of the floor's.
    fn rate_line(&self, name: &'static str, mib: f64, bound: Bound) -> Line {
        let rate = |time: Duration| format!("{:.0} MiB/s", mib / time.as_secs_f64());
        Line { name, figure: rate(self.figure), floor: rate(self.floor), ratio: self.ratio(), bound }
    }
}

/// Hashes a receipt code, in memory that is kept as the box keeps it.
fn hash(memory: &HashMemory) {
    let code = Code::issue(&mut os_random());
    code.derive_in(memory, BoxId([7; 16]), KdfParams::RECOMMENDED).unwrap_or_else(|error| panic!("{error}"));
}

/// Runs a command, and sees how much memory it takes at the most, in KiB.
fn watched(place: &Installation, arguments: &[&str]) -> (Duration, u64) {
    let start = Instant::now();
    let mut command = place.program(env!("CARGO_BIN_EXE_candour"));
    let mut child = command.args(arguments).stdout(Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().split(' ').next()?.parse().ok());
        peak = peak.max(most.unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{arguments:?}");
            return (start.elapsed(), peak);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Builds `rage` where the build's other files are, once.
fn rage() -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rage");
    let program = root.join("bin/rage");
    if !program.is_file() {
        let mut cargo = Command::new("cargo");
        cargo.args(["install", "rage", "--locked", "--version", RAGE, "--root"]).arg(&root);
        assert!(cargo.status().unwrap().success(), "rage can't be built");
    }
    program
}

fn get(address: SocketAddr, path: &str) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).unwrap();
    let mut page = Vec::with_capacity(64 * 1024);
    stream.read_to_end(&mut page).unwrap();
    assert!(page.starts_with(b"HTTP/1.1 200"));
}

/// The receipt code of a page that has one.
fn sent(page: &http::Page) -> String {
    assert_eq!(page.status, 200, "{}", page.all("main").join(" "));
    page.one("#receipt-code")
}

/// What programs took that ran meanwhile and have ended, of all cores.
fn cpu_of(work: impl FnOnce()) -> Duration {
    let taken = || cpu_seconds("/proc/self/stat", 15);
    let before = taken();
    work();
    Duration::from_secs_f64((taken() - before).max(0.001))
}

/// Two fields of a process's state, user and system, in seconds.
fn cpu_seconds(stat: &str, first: usize) -> f64 {
    let stat = fs::read_to_string(stat).unwrap();
    // The name may hold anything, and ends with the last parenthesis.
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks = |field: usize| fields[field - 2].parse::<f64>().unwrap();
    (ticks(first) + ticks(first + 1)) / 100.0
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
