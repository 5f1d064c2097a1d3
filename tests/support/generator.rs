//! Collections of as many reports as a test wants, made from a seed: as a box would make them, without the box.

use std::{fs, io::Write, path::Path};

use candour::{
    crypto::{
        BoxRole, Code, GovernanceRecipients, SigningKey, besides, digest, os_random, seal_message, seal_stream, sign,
    },
    domain::{
        About, AreaChoice, BoxId, Calendar, Clock, ClockEntry, CollectionId, Concern, Date, Epoch, EpochId, FileEntry,
        Format, Manifest, Message, MessageContent, MessageEntry, MessageKind, Part, ReportEntry, ReportId, Route, Salt,
        SeriousHarm, Text,
    },
    files::tarball::TarWriter,
};

use super::{installation::Installation, world::KDF};

/// Writes collection 1 of a box that nobody ever served, for the casebook of an installation. The reports came in one
/// after another, some each day, the last on `until`.
pub(crate) fn collection(place: &Installation, reports: u64, until: Date, out: &Path) {
    let key = fs::read_to_string(place.path("box/box.key")).expect("the box's key");
    let key = SigningKey::<BoxRole>::from_plain_file(&key).expect("the box's key");
    let recipients = fs::read_to_string(place.path("public/governance.recipients")).expect("the recipients");
    let recipients = GovernanceRecipients::parse(&recipients).expect("the recipients");
    let r#box = BoxId([9; 16]);
    let calendar = Calendar::default();
    // One reply key for all: nobody reads the answers.
    let reply_to = Code::issue(&mut os_random()).derive(r#box, KDF).expect("a receipt").reply.recipient().to_string();
    let mut entries = Vec::new();
    let mut sealed = Vec::new();
    for number in 0..reports {
        let id = ReportId((number + 1).to_be_bytes());
        // Some twenty a day.
        let days = i64::try_from((reports - number) / 20).expect("a few days");
        let on = until - jiff::Span::new().days(days);
        let route = Route::ALL[usize::try_from(number % 4).expect("small")];
        let message = message(number, id, route, on, r#box, &reply_to);
        let (sealed_message, commitments) = seal_message(&message, &recipients).expect("it is sealed");
        let bytes = sealed_message.as_bytes().to_vec();
        let clocks = route.promises().iter().chain([&Clock::NOTICE]);
        let clocks = clocks.map(|promise| {
            let mut clock = Clock::start(*promise, on, &calendar).expect("a clock");
            // What is older than two weeks was answered.
            if days > 14 {
                clock.met_on = Some(clock.due_on);
            }
            ClockEntry { seq: 1, clock }
        });
        entries.push(ReportEntry {
            id,
            route,
            received_on: on,
            reply_to: reply_to.clone(),
            withdrawn: false,
            set_aside: None,
            deliveries: Vec::new(),
            clocks: clocks.collect(),
            messages: vec![MessageEntry {
                seq: 1,
                kind: MessageKind::Concern,
                on,
                files: vec![FileEntry { size: bytes.len() as u64, sha256: digest(&bytes) }],
                commitment: commitments.message,
                summary: commitments.summary,
            }],
        });
        sealed.push(bytes);
    }
    let manifest = Manifest {
        format: Format::Collection,
        r#box,
        epoch: Epoch { id: EpochId([1; 16]), began_on: until, backup_of: None },
        number: 1,
        id: CollectionId([1; 16]),
        part: Part::WHOLE,
        previous: None,
        on: until,
        casebook: None,
        besides: besides([]),
        gone: Vec::new(),
        reports: entries,
    };
    let (json, signature) = sign(&manifest, &key).expect("a signature");
    let mut tar = TarWriter::new(seal_stream(&recipients, fs::File::create(out).expect("a file")).expect("a seal"));
    tar.append("manifest.json", &json).expect("it is written");
    tar.append("manifest.json.minisig", signature.as_bytes()).expect("it is written");
    for ((path, _), bytes) in manifest.files().zip(&sealed) {
        tar.append(&path, bytes).expect("it is written");
    }
    tar.finish().and_then(|sealer| sealer.finish()).and_then(|mut file| file.flush()).expect("it is written");
}

pub(crate) fn message(number: u64, id: ReportId, route: Route, on: Date, r#box: BoxId, reply_to: &str) -> Message {
    let concern = Concern {
        organisation_type: None,
        organisation: Some(Text::typed(&format!("Generated trust {}", number % 97))),
        about: vec![About::ALL[usize::try_from(number % 12).expect("small")]],
        description: Text::typed(&format!(
            "{}This is generated report {number}, word{}.",
            "On the ward it went on for months, and nobody who was told of it did anything. ".repeat(20),
            number % 1009
        )),
        ongoing: None,
        when: None,
        serious_harm: Some(SeriousHarm::ALL[usize::try_from(number % 3).expect("small")]),
        raised_internally: None,
        raised_detail: None,
        role: None,
        documents: None,
        area: vec![AreaChoice::ALL[usize::try_from(number % 4).expect("small")]],
        use_concerns: None,
    };
    Message {
        r#box,
        report: id,
        seq: 1,
        route,
        on,
        content: MessageContent::Concern(concern),
        reply_to: reply_to.to_owned(),
        attachments: Vec::new(),
        salt: Salt::random(&mut os_random()),
    }
}
