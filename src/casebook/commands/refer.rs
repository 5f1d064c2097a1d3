//! Handing one report to an area's team: an age file sealed to that team, with what the reviewer chose and nothing
//! else.
//!
//! ```text
//! tar inside: referral.json, referral.json.minisig   what it is, signed by the reviewer
//!             report.txt                             the same to read
//!             attachment-1, attachment-2, …          the files chosen, opened; their names are in report.txt
//! ```

use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    casebook::{
        CasebookError, Editor, ReferralError, TypedError,
        log::event::{Matter, Referred, SealedMatter, What},
    },
    crypto::{self, Document, GovernanceRecipients, Hashed, SignerRole, seal_stream},
    domain::{
        Area, Attachment, Date, Digest, Format, ReportId, Text, Today, escape_invisible, escape_invisible_in_line,
        limits::{DETAIL_MAX, SHORT_MAX},
    },
    files::{FileError, NewFile, Readers, tarball},
};

/// What is to be handed on.
pub struct NewReferral {
    /// Whose team it goes to.
    pub area: Area,
    /// What the team is called, for the casebook and inside the file.
    pub team: Text,
    /// Whom it is sealed to.
    pub recipients: GovernanceRecipients,
    /// Why, for the casebook alone.
    pub reason: Text,
    /// The texts, as they are to be read there.
    pub passages: Vec<Passage>,
    /// The attachments, each by `MESSAGE/FILE`.
    pub attachments: Vec<String>,
    /// Whether something was left out of a text.
    pub redacted: bool,
}

/// One text that is handed on.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// What it is.
    pub title: Text,
    /// What it says.
    pub text: Text,
}

/// `referral.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Referral {
    format: Format,
    report: ReportId,
    on: Date,
    area: Area,
    team: Text,
    redacted: bool,
    passages: Vec<Passage>,
    attachments: Vec<Attachment>,
}

impl Document for Referral {
    const FORMAT: Format = Format::Referral;
    type Role = SignerRole;

    fn format(&self) -> Format {
        self.format
    }
}

impl Editor<'_> {
    /// Writes a referral to a file and records it. If the file can't be written, nothing is recorded. Gives the SHA-256
    /// of the file.
    ///
    /// # Errors
    /// If there is nothing in it, a text is too long, an attachment can't be opened, or `out` is there already.
    pub fn refer(
        &mut self,
        id: ReportId,
        new: NewReferral,
        out: &Path,
        today: &dyn Today,
    ) -> Result<Digest, CasebookError> {
        if new.passages.is_empty() && new.attachments.is_empty() {
            return Err(CasebookError::Referral(ReferralError::Empty));
        }
        if new.team.is_empty() || new.team.is_longer_than(SHORT_MAX) {
            return Err(CasebookError::Referral(ReferralError::TeamName));
        }
        if new.reason.is_empty() {
            return Err(CasebookError::Typed(TypedError::Empty("reason")));
        }
        if new.reason.is_longer_than(DETAIL_MAX) {
            return Err(CasebookError::Typed(TypedError::LongReason));
        }
        let casebook = &*self.casebook;
        let attachments = new
            .attachments
            .iter()
            .map(|place| casebook.attachment_named(id, place))
            .collect::<Result<Vec<_>, CasebookError>>()?;
        let referral = Referral {
            format: Format::Referral,
            report: id,
            on: today.today(),
            area: new.area,
            team: new.team,
            redacted: new.redacted,
            passages: new.passages,
            attachments,
        };
        let (json, signature) = crypto::sign(&referral, self.key)?;
        let json = Zeroizing::new(json);
        let text = readable(&referral);

        let write = || FileError::io("write", out);
        let sealer = seal_stream(&new.recipients, Hashed::new(NewFile::create(out, Readers::Team)?))?;
        let mut tar = tarball::TarWriter::new(sealer);
        tar.append("referral.json", &json).map_err(write())?;
        tar.append("referral.json.minisig", signature.as_bytes()).map_err(write())?;
        tar.append("report.txt", text.as_bytes()).map_err(write())?;
        for ((number, place), attachment) in (1..).zip(&new.attachments).zip(&referral.attachments) {
            tar.append_with::<Writing>(&format!("attachment-{number}"), attachment.size, |out| {
                self.copy_attachment(id, place, out)?;
                Ok(())
            })
            .map_err(|error| match error {
                Writing::Desk(error) => error,
                Writing::Io(error) => write()(error).into(),
            })?;
        }
        let (digest, mut file) = tar.finish().and_then(age::stream::StreamWriter::finish).map_err(write())?.finish();
        file.sync()?;

        let files = referral.attachments.iter().map(|attachment| attachment.name.clone());
        let referred = Matter::Referred(Referred {
            area: referral.area,
            team: referral.team,
            recipients: new.recipients.keys(),
            parts: referral.passages.iter().map(|passage| passage.title.clone()).chain(files).collect(),
            redacted: referral.redacted,
            reason: new.reason,
            file: digest,
        });
        self.append_on(id, What::Referred(SealedMatter::about(id)), referred, today)?;
        file.keep();
        file.commit().map_err(|lost| CasebookError::Referral(ReferralError::Lost(lost)))?;
        Ok(digest)
    }
}

/// Why an attachment could not be put into a referral.
enum Writing {
    Desk(CasebookError),
    Io(std::io::Error),
}

impl From<CasebookError> for Writing {
    fn from(error: CasebookError) -> Self {
        Self::Desk(error)
    }
}

impl From<std::io::Error> for Writing {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

fn readable(referral: &Referral) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    let mut line = |part: &str| {
        text.push_str(part);
        text.push('\n');
    };
    line(&format!("Report {}, handed on {}", referral.report, referral.on));
    line(&format!("Area: {}", referral.area.label()));
    line(&format!("For: {}", escape_invisible_in_line(referral.team.as_str())));
    if referral.redacted {
        line("Parts of it were left out.");
    }
    for passage in &referral.passages {
        line("");
        line(&escape_invisible_in_line(passage.title.as_str()));
        line(&escape_invisible(passage.text.as_str()));
    }
    for (number, attachment) in (1..).zip(&referral.attachments) {
        line("");
        line(&format!(
            "attachment-{number}: {}, {}, {} bytes",
            escape_invisible_in_line(attachment.name.as_str()),
            escape_invisible_in_line(attachment.media_type.as_str()),
            attachment.size
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Read};

    use super::*;
    use crate::{
        casebook::LookupError,
        domain::{Calendar, Route},
        files::tarball::TarReader,
        unseal::GovernanceIdentity,
        world::{
            DAY, TODAY,
            casebook::{MARKER, World, many_marks, plain},
        },
    };

    fn referral(to: &GovernanceIdentity) -> NewReferral {
        NewReferral {
            area: Area::Competition,
            team: Text::typed("Choice\tand competition"),
            recipients: to.recipients(),
            reason: Text::typed("It is theirs."),
            passages: vec![Passage {
                title: Text::typed("What happened"),
                text: Text::typed("On the\u{200b} ward,\n[…]."),
            }],
            attachments: vec!["1/2".into()],
            redacted: true,
        }
    }

    #[test]
    fn the_areas_team_gets_what_was_chosen_and_nothing_else() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[10, 70_000]);
        let file = world.collect();
        world.import(&file).unwrap();
        let team = GovernanceIdentity::generate();
        let out = world.dir.path().join("referral.age");
        world.edit(|editor| editor.refer(id, referral(&team), &out, &TODAY)).unwrap();
        let sealed = fs::read(&out).unwrap();
        assert!(world.identity.open_stream(sealed.as_slice()).is_err(), "it is sealed to the area's team alone");
        let mut all = Vec::new();
        team.open_stream(sealed.as_slice()).unwrap_or_else(|e| panic!("{e}")).read_to_end(&mut all).unwrap();
        let mut tar = TarReader::new(all.as_slice());
        let json = tar.read("referral.json", 1 << 16).unwrap();
        let signature = String::from_utf8(tar.read("referral.json.minisig", 4096).unwrap()).unwrap();
        let key = world.signer.verifying_key().unwrap();
        assert!(crypto::verify::<Referral>(&json, &signature, &[key]).is_ok());
        let text = String::from_utf8(tar.read("report.txt", 1 << 16).unwrap()).unwrap();
        assert!(text.contains("\nFor: Choice⟨U+0009⟩and competition\n"), "{text}");
        assert!(text.contains("\nOn the⟨U+200B⟩ ward,\n[…].\n") && !text.contains("It is theirs."), "{text}");
        assert!(tar.read("attachment-1", 1 << 20).unwrap() == plain(70_000));
        tar.end().unwrap();
        assert!(!String::from_utf8_lossy(&json).contains(&format!("{MARKER}: what happened")));

        let view = world.open().unwrap().show(id, DAY, &Calendar::default()).unwrap();
        let parts: Vec<_> = view.referrals[0].parts.iter().map(Text::as_str).collect();
        assert_eq!(parts, ["What happened", &format!("../{MARKER}-2.pdf")]);
    }

    #[test]
    fn what_can_t_be_written_is_not_recorded() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[10]);
        let file = world.collect();
        world.import(&file).unwrap();
        let team = GovernanceIdentity::generate();
        let before = world.snapshot();
        let out = world.dir.path().join("referral.age");
        let refer = |new| world.edit(|editor| editor.refer(id, new, &out, &TODAY));
        assert!(matches!(refer(referral(&team)), Err(CasebookError::Lookup(LookupError::NoAttachment(_)))));
        let nothing = NewReferral { passages: Vec::new(), attachments: Vec::new(), ..referral(&team) };
        assert!(matches!(refer(nothing), Err(CasebookError::Referral(ReferralError::Empty))));
        for long in ["a".repeat(SHORT_MAX + 1), many_marks(SHORT_MAX)] {
            let long = NewReferral { team: Text::typed(&long), ..referral(&team) };
            assert!(matches!(refer(long), Err(CasebookError::Referral(ReferralError::TeamName))));
        }
        for long in ["a".repeat(DETAIL_MAX + 1), many_marks(DETAIL_MAX)] {
            let long = NewReferral { reason: Text::typed(&long), ..referral(&team) };
            assert!(matches!(refer(long), Err(CasebookError::Typed(TypedError::LongReason))));
        }
        assert!(!out.exists() && world.snapshot() == before);
    }
}
