use askama::Template;
use zeroize::Zeroizing;

use super::{
    KeepCode, ReturnAddress, Shell,
    help::HelpRow,
    promise::{PromiseRow, promises},
    sent_files::SentFiles,
};
use crate::{
    domain::{
        About, Clock, ClockKind, Concern, ConcernField, Date, Entries, FieldError, FormField, Route, SeriousHarm,
        WhoElse,
    },
    http::Day,
};

/// What a form carries in place of files if the report was there before the send: no list of files reads like this.
const SENT_BEFORE: &str = "before";

/// The page that shows a receipt code. A repeated send gets it too, with the same code and days, and is told that nothing
/// was added: what it says of a send is only said of the first.
#[derive(Template)]
#[template(path = "box/receipt.html")]
pub(in crate::web) struct ReceiptPage<'a> {
    shell: &'a Shell,
    body: String,
    way_back: ReturnAddress,
    code: Zeroizing<String>,
    /// The code one letter or number at a time.
    spelled: Zeroizing<String>,
    tag: String,
    received_on: Day,
    /// None if nothing is owed any more: the team set the report aside.
    notice_due: Option<Day>,
    promises: Vec<PromiseRow>,
    /// What is still to come and by when, the next first.
    coming: Vec<(Day, String)>,
    told: ToldOnReceipt,
    help: Vec<HelpRow<'a>>,
    /// What was sent now and not kept, to be sent as a follow-up.
    unsent: String,
    /// What lets files come with that.
    follow_up_tag: String,
    errors: &'a [FieldError],
    typed: &'a str,
}

/// What a receipt says of the send that it answers, and of no other.
#[derive(Clone)]
pub(in crate::web) struct ToldOnReceipt {
    /// Whether the person said that someone could be seriously harmed soon.
    is_urgent: bool,
    /// Whether it is a complaint about personal data, which this page acknowledges.
    is_about_data: bool,
    /// Its files; none if the report was there before this send.
    files: Option<SentFiles>,
    help: Vec<WhoElse>,
}

impl ToldOnReceipt {
    /// For a concern that is being sent.
    pub(in crate::web) fn new(route: Route, concern: &Concern) -> Self {
        let is_urgent = concern.serious_harm == Some(SeriousHarm::Yes);
        let is_about_data = concern.promises(route).any(|promise| promise == Clock::DATA_ACKNOWLEDGEMENT);
        Self { is_urgent, is_about_data, files: None, help: WhoElse::for_report(route, Some(concern)) }
    }

    /// What the receipt said, as its form carries it. It is shown again to whoever sent it, and used for nothing else.
    pub(in crate::web) fn carried(form: &Entries) -> Self {
        let harm = form.first(ConcernField::SeriousHarm.slug());
        let helpful: Vec<&str> = form.first(FormField::Help.slug()).split(' ').take(WhoElse::ALL.len()).collect();
        Self {
            is_urgent: SeriousHarm::from_slug(harm) == Some(SeriousHarm::Yes),
            is_about_data: form.has(ConcernField::About.slug(), About::PersonalData.slug()),
            files: SentFiles::carried(form.first(FormField::SentFiles.slug())),
            // Each once, however often the form has it.
            help: WhoElse::ALL.iter().copied().filter(|who| helpful.contains(&who.slug())).collect(),
        }
    }

    /// The same with the files of the send if it was the first. Of one that was not, nothing was kept, and nothing is said.
    pub(in crate::web) fn files(self, files: Option<SentFiles>) -> Self {
        let is_first = files.is_some();
        Self {
            is_urgent: self.is_urgent && is_first,
            is_about_data: self.is_about_data && is_first,
            files,
            help: self.help,
        }
    }

    /// As the receipt's form carries it.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let harm = self.is_urgent.then(|| (ConcernField::SeriousHarm.slug(), SeriousHarm::Yes.slug().to_owned()));
        let about = self.is_about_data.then(|| (ConcernField::About.slug(), About::PersonalData.slug().to_owned()));
        let files = self.files.as_ref().map_or_else(|| SENT_BEFORE.to_owned(), SentFiles::to_carry);
        let help: Vec<&str> = self.help.iter().map(|who| who.slug()).collect();
        let carried = [(FormField::SentFiles.slug(), files), (FormField::Help.slug(), help.join(" "))];
        harm.into_iter().chain(about).chain(carried).collect()
    }
}

impl<'a> ReceiptPage<'a> {
    /// From the code and its tag, the report's day and the clocks that its concern started.
    pub(in crate::web) fn new(
        shell: &'a Shell,
        way_back: ReturnAddress,
        keep: KeepCode,
        received_on: Date,
        clocks: &[Clock],
        told: ToldOnReceipt,
    ) -> Self {
        let notice = clocks.iter().find(|clock| clock.kind == ClockKind::InformationUseNotice);
        let code = Zeroizing::new(keep.code);
        // Not by what is met: the page has to stay the same.
        let mut coming: Vec<&Clock> = clocks.iter().filter(|clock| clock.kind != ClockKind::Acknowledgement).collect();
        coming.sort_by_key(|clock| clock.due_on);
        Self {
            shell,
            body: shell.team(),
            way_back,
            spelled: spelled(&code),
            code,
            tag: keep.tag,
            received_on: Day(received_on),
            notice_due: notice.map(|clock| Day(clock.due_on)),
            promises: promises(clocks),
            coming: coming.into_iter().map(|clock| (Day(clock.due_on), inside(clock.kind.label()))).collect(),
            help: shell.help(told.help.clone()),
            told,
            unsent: String::new(),
            follow_up_tag: String::new(),
            errors: &[],
            typed: "",
        }
    }

    /// With what was sent now, if it was not kept, and the tag of the follow-up that it can be sent as.
    pub(in crate::web) fn unsent(self, description: String, follow_up_tag: String) -> Self {
        Self { unsent: description, follow_up_tag, ..self }
    }

    /// With what is wrong with the copy that was typed.
    pub(in crate::web) fn wrong(self, errors: &'a [FieldError], typed: &'a str) -> Self {
        Self { errors, typed, ..self }
    }
}

/// A label inside a sentence.
fn inside(label: &str) -> String {
    let mut rest = label.chars();
    rest.next().map(|first| first.to_lowercase().chain(rest).collect()).unwrap_or_default()
}

/// A code for the ear: `7, K, Q, M. 4, T, 9, X.`
fn spelled(code: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(4 * code.len()));
    for group in code.split('-') {
        let mut symbols = group.chars().peekable();
        while let Some(symbol) = symbols.next() {
            out.push(symbol);
            out.push_str(if symbols.peek().is_some() { ", " } else { ". " });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_spelled_group_by_group() {
        assert_eq!(*spelled("7KQM-4T9X"), "7, K, Q, M. 4, T, 9, X. ");
    }
}
