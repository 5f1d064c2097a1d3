//! From which queue a report was opened: the way back to it with its filter, and what comes next in it.
//!
//! A link to a report carries the queue's query as `from`; the pages of the report write it into their forms and links.
//! Nothing of it is content, and it leads nowhere but to the queue: it is written anew of what a filter means.

use askama::{Template, filters::HtmlSafe};

use super::{
    form::bulk::{BulkField, TICK},
    view::{Filter, cleaned, path_of},
};
use crate::{
    casebook::Casebook,
    domain::{Calendar, Date, Entries, ReportId},
};

/// What carries it, in an address and in a form.
pub(in crate::desk) const FROM: &str = "from";

/// The way back to the queue from which a report was opened. In a form's template it writes its hidden field.
#[derive(Clone, Default, Template)]
#[template(
    source = r#"{% if !query.is_empty() %}<input type="hidden" name="from" value="{{ query }}">{% endif %}"#,
    ext = "html"
)]
pub(in crate::desk) struct WayBack {
    /// The queue's query, without its question mark.
    query: String,
}

impl WayBack {
    /// From an address's query or from a form. Without one it leads to all open work.
    pub(in crate::desk) fn read(carried: &Entries) -> Self {
        Self { query: cleaned(carried.first(FROM)) }
    }

    /// To the page of the queue that a filter shows.
    pub(in crate::desk) fn to(filter: &Filter) -> Self {
        Self { query: filter.query_here() }
    }

    /// Whether it leads to all open work, as without any.
    pub(in crate::desk) fn is_plain(&self) -> bool {
        self.query.is_empty()
    }

    /// The address of the queue that it leads to.
    pub(in crate::desk) fn path(&self) -> String {
        path_of(&self.query)
    }

    /// The same, with some of its rows ticked.
    pub(in crate::desk) fn path_ticking(&self, reports: &[ReportId]) -> String {
        let mut query = form_urlencoded::Serializer::for_suffix(self.query.clone(), 0);
        for id in reports {
            query.append_pair(TICK, &id.to_string());
        }
        path_of(&query.finish())
    }

    /// The address of a page with the way back in it: of a path without a query.
    pub(in crate::desk) fn link(&self, path: &str) -> String {
        if self.query.is_empty() {
            return path.to_owned();
        }
        let mut carried = form_urlencoded::Serializer::new(String::new());
        carried.append_pair(FROM, &self.query);
        format!("{path}?{}", carried.finish())
    }

    /// The address of a report with the way back in it.
    pub(in crate::desk) fn report(&self, id: ReportId) -> String {
        self.link(&format!("/reports/{id}"))
    }

    /// The query of its first page, to be kept.
    pub(in crate::desk) fn first_page(&self) -> String {
        Filter::of(&self.query, None, Date::MIN).query_shown()
    }

    /// What that queue shows.
    pub(in crate::desk) fn filter(&self, casebook: &Casebook, today: Date) -> Filter {
        Filter::of(&self.query, casebook.me(), today)
    }

    /// The address where a report is set aside, with the way back in it.
    pub(in crate::desk) fn link_to_aside(&self, id: ReportId) -> String {
        let mut asked = form_urlencoded::Serializer::new(String::new());
        asked.append_pair(BulkField::Report.name(), &id.to_string());
        if !self.query.is_empty() {
            asked.append_pair(FROM, &self.query);
        }
        format!("/aside?{}", asked.finish())
    }

    /// What comes after a report in that queue; none after its last. To be asked before the report is changed: what is decided
    /// may take it out of the filter, or to another place.
    pub(in crate::desk) fn next_after(
        &self,
        casebook: &Casebook,
        (today, calendar): (Date, &Calendar),
        id: ReportId,
    ) -> Option<ReportId> {
        let filter = self.filter(casebook, today);
        let queue = filter.select(casebook.list(today, calendar), casebook, (today, calendar), Some(id));
        queue.iter().skip_while(|entry| entry.id != id).nth(1).map(|entry| entry.id)
    }
}

// Its template escapes whatever is in it.
impl HtmlSafe for WayBack {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::Route,
        world::{DAY, casebook::World},
    };

    fn carried(from: &str) -> WayBack {
        let mut form = Entries::default();
        form.push(FROM.to_owned(), from.to_owned());
        WayBack::read(&form)
    }

    #[test]
    fn it_leads_to_the_queue_alone() {
        let from = carried("owner=me&sort=due&down=yes&page=2&x=1&area=&report=\r\nSet-Cookie: a");
        assert_eq!(from.path(), "/?owner=me&sort=due&down=yes&page=2");
        assert_eq!(from.link("/reports/1"), "/reports/1?from=owner%3Dme%26sort%3Ddue%26down%3Dyes%26page%3D2");
        assert_eq!(
            from.render().unwrap(),
            r#"<input type="hidden" name="from" value="owner=me&#38;sort=due&#38;down=yes&#38;page=2">"#
        );
        assert_eq!(from.path_ticking(&[ReportId([1; 8])]), format!("{}&tick=0101010101010101", from.path()));
        assert_eq!(WayBack::default().path_ticking(&[ReportId([1; 8])]), "/?tick=0101010101010101");
        assert_eq!(WayBack::default().path_ticking(&[]), "/");
        for nothing in ["", "//evil.example", "https://evil.example/", "page=1", "x"] {
            let from = carried(nothing);
            assert_eq!((from.path().as_str(), from.link("/y").as_str()), ("/", "/y"), "{nothing}");
            assert!(from.render().unwrap().is_empty());
        }
        assert_eq!(WayBack::read(&Entries::default()).path(), "/");
    }

    #[test]
    fn what_comes_next_is_of_the_filter_in_its_order() {
        let mut world = World::new();
        for number in [1, 2, 3] {
            world.concern(number, Route::StaffConcern, &[]);
        }
        let file = world.collect();
        world.import(&file).unwrap();
        let casebook = world.open().unwrap();
        let calendar = Calendar::default();
        let next = |from: &str, number: u8| {
            carried(from).next_after(&casebook, (DAY, &calendar), ReportId([number; 8])).map(|id| id.0[0])
        };
        assert_eq!([next("", 1), next("", 2), next("", 3)], [Some(2), Some(3), None]);
        assert_eq!(next("state=closed", 1), None, "no other is like that");
        assert_eq!(next("", 9), None);
        let of = |number: u8| ReportId([number; 8]).in_words();
        let mut by_name = [1, 2, 3];
        by_name.sort_by_key(|number| of(*number));
        let [first, second, last] = by_name;
        assert_eq!([next("sort=report", first), next("sort=report&down=yes", last)], [Some(second); 2]);
    }
}
