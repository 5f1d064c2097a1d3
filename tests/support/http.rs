//! A browser without scripts: plain requests over a socket, and forms filled in as they stand on the page.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
};

use scraper::{ElementRef, Html, Selector};

/// What came back.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// A file to attach: its name, media type, and length with what makes its bytes.
pub(crate) struct File<'a> {
    pub(crate) name: &'a str,
    pub(crate) media_type: &'a str,
    pub(crate) length: u64,
    pub(crate) content: Box<dyn Read + 'a>,
}

impl<'a> File<'a> {
    pub(crate) fn new(name: &'a str, media_type: &'a str, content: &'a [u8]) -> Self {
        Self { name, media_type, length: content.len() as u64, content: Box::new(content) }
    }
}

/// Fields and their values, in order.
pub(crate) type Fields = Vec<(String, String)>;

/// What says whose page a form was on.
const SITE: &str = "Sec-Fetch-Site: ";
/// As browsers of today say it of a form of this site, over HTTPS and on the machine itself.
pub(crate) const OWN_PAGE: &str = "Sec-Fetch-Site: same-origin\r\n";

const BOUNDARY: &str = "----a-boundary-that-stands-in-no-file";

pub(crate) fn get(address: SocketAddr, path: &str) -> Page {
    exchange(address, &format!("GET {path} HTTP/1.1\r\n"), |_| Ok(()))
}

/// As [`get`]; none if the box goes away meanwhile.
pub(crate) fn try_get(address: SocketAddr, path: &str) -> Option<Page> {
    attempt(address, &format!("GET {path} HTTP/1.1\r\n"), |_| Ok(()))
}

pub(crate) fn post(address: SocketAddr, path: &str, fields: &Fields) -> Page {
    try_post(address, path, fields).expect("a whole answer")
}

/// As [`post`]; none if the box goes away meanwhile.
pub(crate) fn try_post(address: SocketAddr, path: &str, fields: &Fields) -> Option<Page> {
    try_post_with(address, path, OWN_PAGE, fields)
}

/// As [`post`], with further header lines.
pub(crate) fn post_with(address: SocketAddr, path: &str, headers: &str, fields: &Fields) -> Page {
    try_post_with(address, path, &of_own_page(headers), fields).expect("a whole answer")
}

/// As [`post`], from a browser that does not say whose page a form was on.
pub(crate) fn post_silently(address: SocketAddr, path: &str, fields: &Fields) -> Page {
    try_post_with(address, path, "", fields).expect("a whole answer")
}

/// As [`post_multipart`], from such a browser.
pub(crate) fn post_multipart_silently(address: SocketAddr, path: &str, fields: &Fields, files: Vec<File<'_>>) -> Page {
    try_post_multipart_with(address, path, "", fields, files).expect("a whole answer")
}

fn try_post_with(address: SocketAddr, path: &str, headers: &str, fields: &Fields) -> Option<Page> {
    send_form(&mut TcpStream::connect(address).ok()?, &address.to_string(), (path, headers), fields)
}

/// As [`post_with`], on a connection that is there.
pub(crate) fn post_over<S: Read + Write>(
    stream: &mut S,
    host: &str,
    path: &str,
    headers: &str,
    fields: &Fields,
) -> Option<Page> {
    send_form(stream, host, (path, &of_own_page(headers)), fields)
}

/// Header lines that say that a form was on the box's own page, unless they say where it was.
fn of_own_page(headers: &str) -> String {
    if headers.contains(SITE) { headers.to_owned() } else { format!("{OWN_PAGE}{headers}") }
}

fn send_form<S: Read + Write>(
    stream: &mut S,
    host: &str,
    (path, headers): (&str, &str),
    fields: &Fields,
) -> Option<Page> {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields);
    let body = body.finish();
    let head = format!(
        "POST {path} HTTP/1.1\r\n{headers}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
        body.len()
    );
    over(stream, host, &head, |stream| stream.write_all(body.as_bytes()))
}

pub(crate) fn post_multipart(address: SocketAddr, path: &str, fields: &Fields, files: Vec<File<'_>>) -> Page {
    try_post_multipart(address, path, fields, files).expect("a whole answer")
}

/// As [`post_multipart`]; none if the box goes away meanwhile.
pub(crate) fn try_post_multipart(
    address: SocketAddr,
    path: &str,
    fields: &Fields,
    files: Vec<File<'_>>,
) -> Option<Page> {
    try_post_multipart_with(address, path, OWN_PAGE, fields, files)
}

fn try_post_multipart_with(
    address: SocketAddr,
    path: &str,
    headers: &str,
    fields: &Fields,
    files: Vec<File<'_>>,
) -> Option<Page> {
    let stream = &mut TcpStream::connect(address).ok()?;
    send_multipart(stream, &address.to_string(), (path, headers), fields, files)
}

/// As [`post_multipart`], on a connection that is there.
pub(crate) fn multipart_over<S: Read + Write>(
    stream: &mut S,
    host: &str,
    path: &str,
    fields: &Fields,
    files: Vec<File<'_>>,
) -> Option<Page> {
    send_multipart(stream, host, (path, OWN_PAGE), fields, files)
}

fn send_multipart<S: Read + Write>(
    stream: &mut S,
    host: &str,
    (path, headers): (&str, &str),
    fields: &Fields,
    files: Vec<File<'_>>,
) -> Option<Page> {
    let text = fields.iter().map(|(name, value)| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    let text: String = text.collect();
    let heads: Vec<_> = files
        .iter()
        .map(|file| {
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
                file.name, file.media_type
            )
        })
        .collect();
    let end = format!("--{BOUNDARY}--\r\n");
    let length = text.len() as u64
        + heads.iter().zip(&files).map(|(head, file)| head.len() as u64 + file.length + 2).sum::<u64>()
        + end.len() as u64;
    let head = format!(
        "POST {path} HTTP/1.1\r\n{headers}Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n"
    );
    over(stream, host, &head, |stream| {
        stream.write_all(text.as_bytes())?;
        for (head, mut file) in heads.iter().zip(files) {
            stream.write_all(head.as_bytes())?;
            io::copy(&mut file.content, stream)?;
            stream.write_all(b"\r\n")?;
        }
        stream.write_all(end.as_bytes())
    })
}

/// The beginning of a multipart body whose boundary is `b`: some fields, and the head of a file.
pub(crate) fn until_file(fields: &Fields) -> String {
    let part = |(name, value): &(String, String)| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let fields: String = fields.iter().map(part).collect();
    fields + "--b\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"a\"\r\n\r\n"
}

/// One request on a connection of its own, to whom its head names or else to the address.
pub(crate) fn exchange(address: SocketAddr, head: &str, body: impl FnOnce(&mut TcpStream) -> io::Result<()>) -> Page {
    attempt(address, head, body).expect("a whole answer")
}

fn attempt(address: SocketAddr, head: &str, body: impl FnOnce(&mut TcpStream) -> io::Result<()>) -> Option<Page> {
    over(&mut TcpStream::connect(address).ok()?, &address.to_string(), head, body)
}

/// One request on a connection that is there, to whom its head names or else to the host.
pub(crate) fn over<S: Read + Write>(
    stream: &mut S,
    host: &str,
    head: &str,
    body: impl FnOnce(&mut S) -> io::Result<()>,
) -> Option<Page> {
    let host = if head.contains("\r\nHost: ") { String::new() } else { format!("Host: {host}\r\n") };
    stream.write_all(format!("{head}{host}Connection: close\r\n\r\n").as_bytes()).ok()?;
    // A box that refuses a body answers before it has all of it.
    let _ = body(stream);
    let mut raw = Vec::new();
    let _ = stream.read_to_end(&mut raw);
    // What answers a HEAD announces a body that does not come.
    Page::parse(&raw).filter(|page| head.starts_with("HEAD ") || page.is_whole())
}

impl Page {
    pub(crate) fn parse(raw: &[u8]) -> Option<Self> {
        let end = raw.windows(4).position(|w| w == b"\r\n\r\n")?;
        let head = String::from_utf8(raw[..end].to_vec()).expect("a head of text");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        Some(Self { status, head, body: raw[end + 4..].to_vec() })
    }

    /// Bytes of head and body together: what whoever watches the line can count.
    pub(crate) fn size(&self) -> usize {
        self.head.len() + "\r\n\r\n".len() + self.body.len()
    }

    fn is_whole(&self) -> bool {
        let announced = self.header("content-length").and_then(|length| length.parse().ok());
        announced.is_none_or(|length: usize| self.body.len() >= length)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, v)| v.trim())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("a page of text")
    }

    /// The same without what makes it as long as every other: in some ten thousand random letters a word of four stands once in
    /// a few hundred pages, so what is nowhere on a page is looked for here.
    pub(crate) fn said(&self) -> String {
        let text = self.text();
        let is_said = |line: &&str| !line.starts_with('#');
        let of_lines = || text.split_inclusive('\n').take_while(is_said).collect();
        text.rsplit_once("<!--").map_or_else(of_lines, |(page, _)| page.to_owned())
    }

    /// The text of every element that a selector finds, white space folded.
    pub(crate) fn all(&self, selector: &str) -> Vec<String> {
        let html = Html::parse_document(&self.text());
        html.select(&Selector::parse(selector).expect("a selector")).map(|e| folded(e)).collect()
    }

    /// The text of the one element that a selector finds.
    pub(crate) fn one(&self, selector: &str) -> String {
        let mut found = self.all(selector);
        assert_eq!(found.len(), 1, "{selector} on a page with status {}: {}", self.status, self.all("main").join(" "));
        found.remove(0)
    }

    /// What a browser would send for a form that nobody touched: hidden, ticked and typed values.
    pub(crate) fn form(&self, action: &str) -> Fields {
        let html = Html::parse_document(&self.text());
        let form = format!("form[action=\"{action}\"]");
        let form = html.select(&Selector::parse(&form).expect("a selector")).next();
        let form = form.unwrap_or_else(|| panic!("no form for {action}: {}", self.all("main").join(" ")));
        let mut fields = Fields::new();
        for input in form.select(&Selector::parse("input, textarea, select").expect("a selector")) {
            let attribute = |name: &str| input.attr(name).unwrap_or_default().to_owned();
            let name = attribute("name");
            match (input.value().name(), attribute("type").as_str()) {
                _ if name.is_empty() => {}
                ("input", "file" | "submit") => {}
                ("input", "checkbox" | "radio") => {
                    if input.attr("checked").is_some() {
                        fields.push((name, attribute("value")));
                    }
                }
                ("input", _) => fields.push((name, attribute("value"))),
                ("select", _) => {
                    let chosen = Selector::parse("option[selected]").expect("a selector");
                    let value =
                        input.select(&chosen).next().and_then(|option| option.attr("value")).unwrap_or_default();
                    fields.push((name, value.to_owned()));
                }
                _ => fields.push((name, input.text().collect())),
            }
        }
        fields
    }
}

/// Sets a field to one value, as a person who fills it in.
pub(crate) fn fill(fields: &mut Fields, name: &str, value: &str) {
    fields.retain(|(n, _)| n != name);
    fields.push((name.to_owned(), value.to_owned()));
}

/// The value of a field.
pub(crate) fn value<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.iter().find(|(n, _)| n == name).map_or_else(|| panic!("no field {name}"), |(_, value)| value.as_str())
}

fn folded(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}
