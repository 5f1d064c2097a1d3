//! Events as a member writes them with a program of their own, which asks no rule: for tests alone.

use crate::{
    casebook::{
        Casebook,
        log::{
            chain,
            event::{BoundMatter, Event, Matter, What},
        },
    },
    crypto::{GovernanceRecipients, SignerRole, SigningKey},
    domain::{Format, MemberId, Today},
    world::TODAY,
};

impl Casebook {
    /// Signs whatever it is, seals it, and puts it at the end of the chain, under the name of whomever.
    pub(in crate::casebook) fn write_by_hand(
        &self,
        by: MemberId,
        key: &SigningKey<SignerRole>,
        what: What,
        matters: &[(GovernanceRecipients, Matter)],
    ) {
        let number = self.version() + 1;
        let previous = self.state.chain.last().copied();
        let casebook = self.id();
        let mut event = Event { format: Format::Casebook, casebook, number, previous, on: TODAY.today(), by, what };
        for (about, (to, matter)) in event.what.about().into_iter().zip(matters) {
            let bound = BoundMatter { casebook, event: number, by, report: about.report, matter };
            about.sealed = chain::seal_matter(to, &bound).unwrap();
        }
        let to = self.team_recipient().unwrap();
        chain::append(&self.directory, &to, &event, key).unwrap();
    }
}
