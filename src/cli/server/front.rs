//! Looks at a front as a browser would, and at what it leaves on this machine.

mod line;
mod traces;

use std::{path::PathBuf, thread, time::Duration};

use clap::Args;

use self::{
    line::{Front, FrontAddress, FrontAnswer},
    traces::{Marks, TracePlaces, Traces},
};
use crate::{
    cli::{
        confined,
        findings::{Findings, Verdict, What},
    },
    crypto::{Code, os_random},
    domain::{FormField, limits::KIB},
    http,
};

/// How long the box's word may take to come through while the rest of a form is still to be sent.
const AT_ONCE: Duration = Duration::from_secs(5);
/// How long the rest may take.
const AFTER_ALL: Duration = Duration::from_secs(10);
/// How long a front may take to write down what it answered.
const WRITTEN_WITHIN: Duration = Duration::from_secs(1);
/// Bytes of each half of the form that is sent: more than any front holds in memory for one visitor.
const HALF_BYTES: usize = 512 * KIB;
/// What browsers say they take.
const TAKES: &str = "Accept-Encoding: gzip, deflate, br, zstd\r\n";
/// Lines that are the box's own besides those of every answer, or that each front has.
const EXPECTED: [&str; 6] = [
    "content-security-policy",
    "content-type",
    "content-length",
    "connection",
    "strict-transport-security",
    "onion-location",
];
/// Lines that most fronts add, alike to every answer.
const USUAL: [&str; 3] = ["server", "date", "keep-alive"];
/// Lines by which a visitor is known when they come again, or led elsewhere.
const HARMFUL: [&str; 5] = ["set-cookie", "etag", "last-modified", "alt-svc", "location"];

#[derive(Args)]
pub(in crate::cli) struct FrontArguments {
    /// Look at a front as a browser would: what it stores, logs and changes; alone it needs neither --data nor --keys
    #[arg(long, value_name = "URL")]
    front: Option<FrontAddress>,
    /// Where this machine's front writes, besides the usual places; may be given more than once
    #[arg(long, value_name = "DIR", requires = "front")]
    front_files: Vec<PathBuf>,
}

impl FrontArguments {
    /// Says what there is to say of the front, if one was given.
    pub(in crate::cli) fn check(&self, findings: &mut Findings) {
        self.look(findings, confined::speaks_with_a_front);
    }

    /// The same; what is not needed once the front's name is looked up is given up in between.
    fn look(&self, findings: &mut Findings, give_up_the_rest: impl FnOnce()) {
        let Some(front) = &self.front else { return };
        let front = match front.look_up() {
            Ok(front) => front,
            Err(why) => return findings.say(What::Front, Verdict::Unsafe, why),
        };
        give_up_the_rest();
        let places = TracePlaces::with(&self.front_files);
        let mut check = FrontCheck { front: &front, findings, marks: Marks::draw(), places };
        if let Err(why) = check.run() {
            check.findings.say(What::Front, Verdict::Unsafe, why);
        }
    }
}

struct FrontCheck<'a> {
    front: &'a Front,
    findings: &'a mut Findings,
    marks: Marks,
    places: TracePlaces,
}

impl FrontCheck<'_> {
    /// # Errors
    /// If the front can't be looked at any further, with why.
    fn run(&mut self) -> Result<(), String> {
        let first = self.front.connect(&["h2", "http/1.1"])?;
        let own = first.own;
        self.transport(first.has_http2, own.is_loopback());
        drop(first);
        let mark = self.marks.address.clone();
        let start = self.front.ask("GET", &format!("/?{mark}"), TAKES, "")?;
        if start.header("content-security-policy").is_none() {
            return Err(format!(
                "what answers behind the front is not a box (status {}); see that the box runs, and where the front leads",
                start.status
            ));
        }
        // What a browser says of itself, and of where it comes from, may be written down too.
        self.front.ask("GET", &format!("/{mark}"), &format!("User-Agent: {mark}\r\nReferer: {mark}\r\n"), "")?;
        self.headers(&start);
        self.forms()?;
        self.sizes(&start)?;
        let meanwhile = self.halves(own)?;
        // What was answered a moment ago is perhaps not yet written.
        thread::sleep(WRITTEN_WITHIN);
        self.traces(&meanwhile.and(self.places.look(&self.marks, own)));
        Ok(())
    }

    fn transport(&mut self, has_http2: bool, is_here: bool) {
        let (verdict, finding) = match (self.front.is_tls(), has_http2) {
            (true, false) => {
                (Verdict::Ok, "the front speaks TLS with a certificate that this machine trusts, and HTTP/1.1")
            }
            (true, true) => (
                Verdict::Warning,
                "the front speaks HTTP/2, which compresses heads, so that answers have sizes of their own; switch it off",
            ),
            (false, _) if is_here => {
                (Verdict::Warning, "the front does not speak TLS: fit for a test on this machine alone")
            }
            (false, _) => (
                Verdict::Unsafe,
                "the front does not speak TLS: everybody on the way reads what is sent; give it a certificate",
            ),
        };
        self.findings.say(What::Front, verdict, finding.to_owned());
    }

    fn headers(&mut self, answer: &FrontAnswer) {
        let ours: Vec<(&str, &str)> = http::headers_of_every_answer().collect();
        let listed = "x-robots-tag";
        let is_changed =
            |(name, value): &&(&str, &str)| *name != listed && !answer.all(name).eq(std::iter::once(*value));
        let mut changed: Vec<&str> = ours.iter().filter(is_changed).map(|(name, _)| *name).collect();
        if !is_own_policy(answer) {
            changed.push("content-security-policy");
        }
        if !changed.is_empty() {
            let text = format!(
                "the front takes away or changes what the box says: {}; hand on every header",
                changed.join(", ")
            );
            self.findings.say(What::Front, Verdict::Unsafe, text);
        }
        let is_own = |name: &str| EXPECTED.contains(&name) || ours.iter().any(|(own, _)| *own == name);
        let mut added: Vec<&str> =
            answer.headers.iter().map(|(name, _)| name.as_str()).filter(|name| !is_own(name)).collect();
        added.sort_unstable();
        added.dedup();
        let (harmful, rest): (Vec<&str>, Vec<&str>) = added.into_iter().partition(|name| HARMFUL.contains(name));
        let (usual, unusual): (Vec<&str>, Vec<&str>) = rest.into_iter().partition(|name| USUAL.contains(name));
        if !harmful.is_empty() {
            let text = format!(
                "the front adds {}, which knows visitors again or leads them elsewhere; take it out",
                harmful.join(", ")
            );
            self.findings.say(What::Front, Verdict::Unsafe, text);
        }
        if !unusual.is_empty() {
            let text =
                format!("the front adds {}; see that it says nothing of who asks, or take it out", unusual.join(", "));
            self.findings.say(What::Front, Verdict::Warning, text);
        }
        if harmful.is_empty() && unusual.is_empty() && changed.is_empty() {
            let text = if usual.is_empty() { "nothing".to_owned() } else { usual.join(", ") };
            self.findings.say(What::Front, Verdict::Ok, format!("the front hands on every header and adds {text}"));
        }
    }

    /// Each form has a code of its own, and nothing in it but what the box put there.
    fn forms(&mut self) -> Result<(), String> {
        let form = || self.front.ask("GET", "/report?route=staff-concern", "", "");
        let (one, other) = (form()?, form()?);
        let is_same = |code: &str| one.hidden(code).is_some() && one.hidden(code) == other.hidden(code);
        if is_same(FormField::Code.slug()) {
            let text =
                "the front keeps a form and gives it to several people, with one receipt code; switch its caching off";
            self.findings.say(What::Front, Verdict::Unsafe, text.to_owned());
        }
        if one.body.to_ascii_lowercase().contains("<script") {
            let text = "the front puts a script into pages, which have none; let it change nothing";
            self.findings.say(What::Front, Verdict::Unsafe, text.to_owned());
        }
        Ok(())
    }

    /// A page, an answer to a code of no report, and the page of keys.
    fn sizes(&mut self, start: &FrontAnswer) -> Result<(), String> {
        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        let code = Code::issue(&mut os_random());
        let wrong = self.front.ask(
            "POST",
            "/status",
            &format!("{TAKES}{}{form}", self.front.own_page()),
            &format!("code={}", &*code.grouped()),
        )?;
        if wrong.status == 403 {
            let text = "the front asks the box under another name than browsers do, so that no form can be sent; hand on the Host that was asked for";
            self.findings.say(What::Front, Verdict::Unsafe, text.to_owned());
        }
        let keys = self.front.ask("GET", "/keys", TAKES, "")?;
        let sizes = [start.size, wrong.size, keys.size];
        let compressed =
            [start, &wrong, &keys].map(|answer| answer.header("content-encoding").unwrap_or("identity").to_owned());
        let encoded = compressed.iter().find(|encoding| *encoding != "identity");
        if let Some(encoding) = encoded {
            let text = format!(
                "the front compresses answers ({encoding}), so that each has a size of its own; switch that off"
            );
            self.findings.say(What::Front, Verdict::Unsafe, text);
        }
        let (verdict, finding) = if sizes.iter().all(|size| *size == sizes[0]) {
            (Verdict::Ok, format!("every answer has {} bytes behind the front", sizes[0]))
        } else {
            let [page, wrong, keys] = sizes;
            (
                Verdict::Unsafe,
                format!(
                    "answers have sizes of their own behind the front: a page {page} bytes, a wrong code {wrong}, the keys {keys}; \
                     let it change nothing"
                ),
            )
        };
        self.findings.say(What::Front, verdict, finding);
        Ok(())
    }

    /// A form in two halves that the box refuses by its head. A front that hands on what comes as it comes has the box's word
    /// before the second half.
    fn halves(&mut self, own: std::net::IpAddr) -> Result<Traces, String> {
        let half = self.half();
        // Without a boundary it is no form: nothing of it is taken, and none of the box's room.
        let length = 2 * half.len();
        let headers = format!("Content-Type: multipart/form-data\r\nContent-Length: {length}\r\n");
        let mut line = self.front.connect(&["http/1.1"])?;
        line.send(&self.front.request("POST", "/report/send", &headers))?;
        // It may be refused before it has all come.
        let _ = line.send(&half);
        let at_once = line.answer(AT_ONCE);
        let meanwhile = self.places.look(&self.marks, own);
        let is_through = at_once.is_some();
        let answer = at_once.or_else(|| {
            let _ = line.send(&half);
            line.answer(AFTER_ALL)
        });
        let is_ours = |answer: &FrontAnswer| answer.header("content-security-policy").is_some();
        let (verdict, finding) = match answer {
            // What comes late was held, whoever answers then.
            Some(answer) if is_through && !is_ours(&answer) => (
                Verdict::Unsafe,
                format!(
                    "the front answers a form by itself (status {}) and not the box; let it take bodies of any size and hand them on",
                    answer.status
                ),
            ),
            Some(_) if is_through => (Verdict::Ok, "the front hands on what is sent while it comes".to_owned()),
            Some(_) => (
                Verdict::Unsafe,
                "the front holds what is sent until it has all of it, in clear, on its disk if it is large; switch its buffering off, \
                 as deploy/nginx.conf does"
                    .to_owned(),
            ),
            None => (Verdict::Unsafe, "no answer to a form comes through the front; see that it hands on bodies".to_owned()),
        };
        self.findings.say(What::Front, verdict, finding);
        Ok(meanwhile)
    }

    fn half(&self) -> String {
        let Marks { text, file, .. } = &self.marks;
        let field = format!("--b\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\n{text}\r\n");
        let attachment = "--b\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"a\"\r\n\r\n";
        let times = HALF_BYTES / (file.len() + 1);
        format!("{field}{attachment}{}", format!("{file}\n").repeat(times))
    }

    fn traces(&mut self, traces: &Traces) {
        for (path, held) in &traces.files {
            let text =
                format!("{} was written meanwhile and holds {}; stop what writes it", path.display(), held.join(", "));
            self.findings.say(What::Front, Verdict::Unsafe, text);
        }
        if traces.files.is_empty() {
            let text = "no file that was written on this machine meanwhile, where fronts write, holds what was sent";
            self.findings.say(What::Front, Verdict::Ok, text.to_owned());
        }
        if let Some(first) = traces.unreadable.first() {
            let text = format!(
                "this account can't read {} and {} more, so what is there is not known; run this as root, on the front's own machine",
                first.display(),
                traces.unreadable.len() - 1
            );
            self.findings.say(What::Front, Verdict::Warning, text);
        }
        if traces.is_cut {
            let text = "more files were written meanwhile than are looked at; name the front's own directory with --front-files";
            self.findings.say(What::Front, Verdict::Warning, text.to_owned());
        }
    }
}

/// Whether an answer has one policy, and it is one that the box makes.
fn is_own_policy(answer: &FrontAnswer) -> bool {
    let mut all = answer.all("content-security-policy");
    let (Some(policy), None) = (all.next(), all.next()) else { return false };
    policy.split("; ").all(|directive| match directive.split_once(' ') {
        Some(("default-src" | "base-uri" | "frame-ancestors", sources)) => sources == "'none'",
        Some(("style-src", source)) => source.starts_with("'sha256-") && !source.contains(' '),
        Some(("img-src", source)) => source == "data:",
        Some(("form-action", source)) => source == "'self'",
        _ => false,
    }) && policy.starts_with("default-src 'none'; ")
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader, Read, Write},
        net::{SocketAddr, TcpListener, TcpStream},
        path::Path,
    };

    use super::*;
    use crate::files::{Readers, write_new};

    /// A front that keeps what it is sent until it has all of it, writes it down, and changes what it is answered.
    fn bad_front(directory: PathBuf) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                // One that only looks whether somebody is there is gone by then.
                let _ = answer(stream.unwrap(), &directory.join(number.to_string()), number);
            }
        });
        address
    }

    fn answer(mut stream: TcpStream, log: &Path, number: usize) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let (mut head, mut length) = (String::new(), 0);
        while reader.read_line(&mut head)? > 2 {
            let last = head.lines().last().unwrap_or_default();
            length = last.strip_prefix("Content-Length: ").and_then(|length| length.parse().ok()).unwrap_or(length);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let from = stream.peer_addr()?;
        write_new(log, Readers::Owner, format!("{from} {head}{}", String::from_utf8_lossy(&body)).as_bytes()).unwrap();
        let headers: String = http::headers_of_every_answer()
            .filter(|(name, _)| *name != "referrer-policy" && *name != "content-encoding")
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let cached = "<script></script><input type=\"hidden\" name=\"code\" value=\"A\">";
        let page = format!("{cached}{}", "x".repeat(1_000 + number));
        let more = "Content-Encoding: gzip\r\nSet-Cookie: visitor=1\r\nX-Served-By: a\r\nDate: today";
        write!(
            stream,
            "HTTP/1.1 200 OK\r\n{headers}{more}\r\ncontent-security-policy: default-src 'none'\r\ncontent-length: {}\r\n\r\n{page}",
            page.len()
        )
    }

    #[test]
    fn a_front_that_stores_logs_and_changes_is_told_of() {
        let directory = tempfile::tempdir().unwrap();
        let front = format!("http://{}", bad_front(directory.path().to_owned())).parse().unwrap();
        let mut findings = Findings::default();
        FrontArguments { front: Some(front), front_files: vec![directory.path().to_owned()] }
            .look(&mut findings, || ());
        let said = findings.said();
        let is_said = |verdict, words: &str| said.iter().any(|(found, text)| *found == verdict && text.contains(words));
        for words in [
            "changes what the box says: referrer-policy, content-encoding",
            "adds set-cookie",
            "with one receipt code",
            "puts a script into pages",
            "compresses answers (gzip)",
            "sizes of their own behind the front",
            "holds what is sent until it has all of it",
            "the address of a page, who sent it",
            "the text of a form, what is in a file, who sent it",
        ] {
            assert!(
                is_said(Verdict::Unsafe, words),
                "{words}: {:?}",
                said.iter().map(|(_, text)| *text).collect::<Vec<_>>()
            );
        }
        assert!(is_said(Verdict::Warning, "adds x-served-by"));
        assert!(!said.iter().any(|(verdict, text)| *verdict == Verdict::Ok && !text.is_empty()));
    }
}
