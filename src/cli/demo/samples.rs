//! Made-up concerns for the demonstration: every route, some with a file, some late, one with a follow-up. The
//! organisations and what happened in them are invented.

use std::io::Write;

use jiff::ToSpan;

use crate::{
    cli::output::Failure,
    crypto::{AttachmentSealer, Code, Commitments, GovernanceRecipients, Receipt, os_random, seal_message},
    domain::{
        About, AreaChoice, Attachment, Calendar, Clock, Concern, Date, Message, MessageContent, MessageKind, Ongoing,
        OrganisationType, RaisedInternally, ReportId, Route, Salt, SendId, SeriousHarm, Text,
    },
    store::{FinishedUpload, NewMessage, NewReport, Store},
};

struct SampleConcern {
    route: Route,
    /// Days before today on which it came in.
    days_ago: i64,
    organisation: (OrganisationType, &'static str),
    about: &'static [About],
    description: &'static str,
    harm: Option<SeriousHarm>,
    area: &'static [AreaChoice],
    /// A file's name and what is in it.
    file: Option<(&'static str, &'static str)>,
    /// What the person added, and how many days ago.
    follow_up: Option<(&'static str, i64)>,
}

const SAMPLES: &[SampleConcern] = &[
    SampleConcern {
        route: Route::StaffConcern,
        days_ago: 12,
        organisation: (OrganisationType::FoundationTrust, "Northmere Hospitals NHS Foundation Trust"),
        about: &[About::PatientSafety, About::CoverUp, About::Leadership],
        description: "Since the summer two of the three theatres have run without a second anaesthetic nurse on most nights. \
            It was raised at three meetings. Each time the minutes that came round afterwards had left it out.\n\n\
            Last month a patient was left without anyone for some twenty minutes. The incident form was closed the same day as ‘no harm’, \
            before anyone who had been there was asked. The board was told that staffing is safe.",
        harm: Some(SeriousHarm::Yes),
        area: &[AreaChoice::BoardGovernance],
        file: Some(("rota-october.csv", "night,theatre 1,theatre 2,theatre 3\n1,2,1,1\n2,2,1,1\n3,2,2,1\n")),
        follow_up: None,
    },
    SampleConcern {
        route: Route::StaffConcern,
        days_ago: 9,
        organisation: (OrganisationType::IntegratedCareBoard, "Wealdmoor Integrated Care Board"),
        about: &[About::FragmentedCare, About::Fraud],
        description: "People who leave hospital are promised a visit at home within two days. The provider that is paid for it \
            records a telephone call as a visit. The board’s report counts these as visits, and those who prepare it know.",
        harm: Some(SeriousHarm::NotSure),
        area: &[AreaChoice::IntegratedCare, AreaChoice::NotSure],
        file: None,
        follow_up: Some((
            "There is now a spreadsheet in which calls and visits are counted apart. It is on the shared drive of the discharge team.",
            2,
        )),
    },
    SampleConcern {
        route: Route::PatientChoice,
        days_ago: 20,
        organisation: (OrganisationType::PrimaryCare, "Harrowgate Lane Surgery"),
        about: &[About::Competition],
        description: "I was referred for my knee and asked to be seen at another hospital, where the wait is half as long. \
            I was told that the surgery only refers to the one hospital and that I have no choice.",
        harm: Some(SeriousHarm::No),
        area: &[],
        file: None,
        follow_up: None,
    },
    SampleConcern {
        route: Route::Procurement,
        days_ago: 4,
        organisation: (OrganisationType::NhsTrust, "Eastvale Community NHS Trust"),
        about: &[About::Competition, About::Leadership],
        description: "The contract for community podiatry was given without any notice to a company that the trust set up itself. \
            Two local providers had asked to be told when it was to be let.",
        harm: None,
        area: &[AreaChoice::Competition],
        file: None,
        follow_up: None,
    },
    SampleConcern {
        route: Route::ServiceComplaint,
        days_ago: 6,
        organisation: (OrganisationType::Other, ""),
        about: &[About::TooSlow, About::NotTold],
        description: "In the spring I sent you information about a trust. I was told that I would hear in ten working days how it is used. \
            I heard after two months, and only because I asked.",
        harm: Some(SeriousHarm::No),
        area: &[],
        file: None,
        follow_up: None,
    },
    SampleConcern {
        route: Route::StaffConcern,
        days_ago: 1,
        organisation: (OrganisationType::IndependentProvider, "A provider of care at home in the south"),
        about: &[About::Detriment, About::Bullying],
        description: "After I said in a team meeting that visits are cut short, my shifts were taken away one by one. \
            Two colleagues who said the same were told that their contracts would not be renewed.",
        harm: Some(SeriousHarm::NotSure),
        area: &[AreaChoice::NotSure],
        file: None,
        follow_up: None,
    },
];

/// Puts the samples into a box, as if people had sent them on the days before today. Gives the receipt code of the
/// first.
pub(in crate::cli) fn send_all(
    store: &Store,
    recipients: &GovernanceRecipients,
    calendar: &Calendar,
    today: Date,
) -> Result<String, Failure> {
    let mut first = None;
    for sample in SAMPLES {
        let code = Code::issue(&mut os_random());
        let settings = store.settings();
        let receipt = code.derive(settings.box_id, settings.kdf)?;
        Sending { store, recipients, calendar, sample, receipt: &receipt }.send(today)?;
        first.get_or_insert_with(|| code.grouped().to_string());
    }
    Ok(first.unwrap_or_default())
}

struct Sending<'a> {
    store: &'a Store,
    recipients: &'a GovernanceRecipients,
    calendar: &'a Calendar,
    sample: &'a SampleConcern,
    receipt: &'a Receipt,
}

impl Sending<'_> {
    fn send(&self, today: Date) -> Result<(), Failure> {
        let id = ReportId::random(&mut os_random());
        let SampleConcern { route, days_ago, .. } = *self.sample;
        let on = today - days_ago.days();
        let mut attachments = Vec::new();
        let mut files = Vec::new();
        if let Some((name, content)) = self.sample.file {
            let (attachment, file) = self.attach(name, content)?;
            attachments.push(attachment);
            files.push(file);
        }
        let message = Message { attachments, ..self.message(id, 1, on, MessageContent::Concern(self.concern())) };
        let (sealed, commitments) = self.seal(&message)?;
        files.insert(0, sealed);
        let promises = route.promises().iter().chain([&Clock::NOTICE]);
        let clocks = promises.map(|promise| Clock::start(*promise, on, self.calendar)).collect::<Result<_, _>>()?;
        let first = new_message((1, MessageKind::Concern), on, commitments, clocks, files);
        self.store.add_report(NewReport {
            id,
            locator: self.receipt.locator,
            route,
            reply_to: self.receipt.reply.recipient().to_string(),
            message: first,
        })?;
        if let Some((text, days_ago)) = self.sample.follow_up {
            let on = today - days_ago.days();
            let message = self.message(id, 2, on, MessageContent::FollowUp(Some(Text::typed(text))));
            let clocks = vec![Clock::start(Clock::NOTICE, on, self.calendar)?];
            let (sealed, commitments) = self.seal(&message)?;
            let follow_up = new_message((2, MessageKind::FollowUp), on, commitments, clocks, vec![sealed]);
            self.store.add_message(id, follow_up)?;
        }
        Ok(())
    }

    fn concern(&self) -> Concern {
        let SampleConcern { organisation: (organisation_type, organisation), about, description, harm, area, .. } =
            self.sample;
        let organisation = Text::typed(organisation);
        Concern {
            organisation_type: Some(*organisation_type),
            organisation: (!organisation.is_empty()).then_some(organisation),
            about: about.to_vec(),
            description: Text::typed(description),
            ongoing: Some(Ongoing::Yes),
            when: None,
            serious_harm: *harm,
            raised_internally: Some(RaisedInternally::Yes),
            raised_detail: None,
            role: None,
            documents: None,
            area: area.to_vec(),
            use_concerns: None,
        }
    }

    fn message(&self, report: ReportId, seq: u32, on: Date, content: MessageContent) -> Message {
        Message {
            r#box: self.store.settings().box_id,
            report,
            seq,
            route: self.sample.route,
            on,
            content,
            reply_to: self.receipt.reply.recipient().to_string(),
            salt: Salt::random(&mut os_random()),
            attachments: Vec::new(),
        }
    }

    fn seal(&self, message: &Message) -> Result<(FinishedUpload, Commitments), Failure> {
        let mut upload = self.store.upload();
        let (sealed, commitments) = seal_message(message, self.recipients)?;
        upload.write_all(sealed.as_bytes())?;
        Ok((upload.finish()?, commitments))
    }

    fn attach(&self, name: &str, content: &str) -> Result<(Attachment, FinishedUpload), Failure> {
        let mut sealer = AttachmentSealer::start(self.recipients, self.store.upload())?;
        sealer.write_all(content.as_bytes())?;
        let (truth, upload) = sealer.finish()?;
        let (name, media_type) = (Text::verbatim(name), Text::verbatim("text/csv"));
        Ok((Attachment { name, media_type, size: truth.size, sha256: truth.sha256 }, upload.finish()?))
    }
}

fn new_message(
    (seq, kind): (u32, MessageKind),
    on: Date,
    commitments: Commitments,
    clocks: Vec<Clock>,
    files: Vec<FinishedUpload>,
) -> NewMessage {
    NewMessage { seq, kind, on, send_id: SendId::random(&mut os_random()), commitments, clocks, files, own_copy: None }
}
