//! The register of organisations, loaded from published files, and the team's own list.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use clap::{Args, ValueEnum, builder::PossibleValue};
use serde::Serialize;

use super::keys_of::{Changing, Reading};
use crate::{
    casebook::{Casebook, Reference, Register, RegisterEntry},
    cli::output::{self, Failure, Outcome},
    domain::{
        OrganisationId, OrganisationType, REGISTER_BYTES, RegisterFile, RegisterFileKind, SystemDay, Text, Today,
        escape_invisible_in_line,
    },
    files,
};

/// Numbers of lines that are named; the rest is counted.
const NAMED: usize = 20;

#[derive(Args)]
pub(in crate::cli) struct RegisterArguments {
    #[command(flatten)]
    casebook: Changing,
    /// What kind of organisation all of the files list; told by each file's name otherwise
    #[arg(long, value_name = "KIND")]
    kind: Option<OrganisationType>,
    /// Load what can be read, where some lines can't
    #[arg(long)]
    leave_out: bool,
    /// Files as the NHS Organisation Data Service publishes them, unpacked: etr.csv, epraccur.csv, …
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

#[derive(Args)]
pub(in crate::cli) struct OrganisationsArguments {
    #[command(flatten)]
    casebook: Reading,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// One organisation of the list.
#[derive(Serialize)]
struct ListedOrganisation {
    id: OrganisationId,
    name: Text,
    code: Option<Text>,
    kind: Option<OrganisationType>,
    /// Other spellings that count as it.
    spellings: Vec<Text>,
    /// How many reports it is named in, of those that this member can open.
    reports: usize,
}

pub(super) fn register(arguments: &RegisterArguments) -> Outcome {
    let paths: Vec<_> = arguments.files.iter().map(PathBuf::as_path).collect();
    arguments.casebook.edit_reading(&paths, |editor| {
        let today = SystemDay.today();
        let listed: BTreeSet<String> = listed_codes(editor.casebook());
        let (mut organisations, mut names, mut closed, mut unreadable) = (BTreeMap::new(), Vec::new(), 0, 0);
        for path in &paths {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let kind = arguments.kind.map_or_else(|| RegisterFileKind::of_file(&name), RegisterFileKind::Of);
            let read = RegisterFile::read(&files::read(path, REGISTER_BYTES)?, kind);
            let lines: Vec<String> = read.unreadable.iter().take(NAMED).map(usize::to_string).collect();
            if !lines.is_empty() {
                unreadable += read.unreadable.len();
                let more = read.unreadable.len().saturating_sub(NAMED);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                output::line(&format!("{}: can't be read: line {}{more}", path.display(), lines.join(", ")))?;
            }
            for line in read.organisations {
                let is_closed = line.closed_on.is_some_and(|day| day < today);
                // What a report is about stays known by its code.
                if is_closed && !listed.contains(&line.code) {
                    closed += 1;
                    continue;
                }
                let entry = RegisterEntry { code: line.code.clone(), name: line.name, kind: line.kind };
                organisations.insert(line.code, entry);
            }
            names.push(Text::verbatim(&escape_invisible_in_line(&name)));
        }
        if unreadable > 0 && !arguments.leave_out {
            return Err(Failure::Failed(
                "nothing was loaded, and the register is as it was: see that these are the published files, or load the rest \
                 with --leave-out"
                    .into(),
            ));
        }
        if organisations.is_empty() {
            return Err(Failure::Failed("nothing was loaded: there is no organisation in these files".into()));
        }
        let register = Register { files: names, organisations: organisations.into_values().collect() };
        let mut kinds: BTreeMap<Option<OrganisationType>, usize> = BTreeMap::new();
        register.organisations.iter().for_each(|entry| *kinds.entry(entry.kind).or_default() += 1);
        let all = register.organisations.len();
        editor.change_reference(Reference::Register(register), &SystemDay)?;
        for (kind, number) in kinds {
            output::line(&format!("{number:>7}  {}", kind.map_or("Kind not known", OrganisationType::label)))?;
        }
        if closed > 0 {
            output::line(&format!("{closed:>7}  closed, and left out"))?;
        }
        output::line(&format!(
            "the register has {}, in place of what was loaded before",
            output::count(all, "organisation", "organisations")
        ))
    })
}

pub(super) fn organisations(arguments: &OrganisationsArguments) -> Outcome {
    let casebook = arguments.casebook.open()?;
    let reference = casebook.reference();
    let counts = casebook.reports_by_organisation();
    let listed: Vec<ListedOrganisation> = reference
        .named_organisations()
        .into_iter()
        .map(|(id, organisation)| ListedOrganisation {
            id,
            name: organisation.name.clone(),
            code: organisation.code.clone(),
            kind: organisation.kind,
            spellings: reference.spellings_of(id).into_iter().map(|(_, other)| other.name.clone()).collect(),
            reports: counts.get(&id).copied().unwrap_or_default(),
        })
        .collect();
    if arguments.json {
        return output::json(&listed);
    }
    if listed.is_empty() {
        output::line("no organisation is on the list yet")?;
    } else {
        let text = |text: Option<&Text>| text.map(|text| escape_invisible_in_line(text.as_str())).unwrap_or_default();
        let rows: Vec<[String; 4]> = listed
            .iter()
            .map(|it| {
                let kind = it.kind.map_or("", OrganisationType::label).to_owned();
                [it.reports.to_string(), text(it.code.as_ref()), text(Some(&it.name)), kind]
            })
            .collect();
        output::table(["REPORTS", "CODE", "NAME", "KIND"], &rows)?;
    }
    match casebook.closed_to_me().len() {
        0 => Ok(()),
        closed => output::line(&format!(
            "{} not counted: you may not open {}",
            output::count(closed, "report is", "reports are"),
            if closed == 1 { "it" } else { "them" }
        )),
    }
}

/// The codes of the team's own list.
fn listed_codes(casebook: &Casebook) -> BTreeSet<String> {
    let listed = casebook.reference().organisations.values();
    listed.filter_map(|organisation| Some(organisation.code.as_ref()?.as_str().to_owned())).collect()
}

impl ValueEnum for OrganisationType {
    fn value_variants<'a>() -> &'a [Self] {
        // What a person would rather not say is no kind.
        const KINDS: [OrganisationType; 6] = [
            OrganisationType::NhsTrust,
            OrganisationType::FoundationTrust,
            OrganisationType::PrimaryCare,
            OrganisationType::IntegratedCareBoard,
            OrganisationType::IndependentProvider,
            OrganisationType::Other,
        ];
        &KINDS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.slug()).help(self.label()))
    }
}
