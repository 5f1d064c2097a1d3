use jiff::{civil::Date, tz::TimeZone};

/// Where the date comes from. A day is the finest time that this program knows.
pub trait Today: Send + Sync {
    /// The date in Europe/London.
    fn today(&self) -> Date;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDay;

impl Today for SystemDay {
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read; only the date leaves it")]
    fn today(&self) -> Date {
        // The time zone database is compiled in, so the name is always known.
        let london = TimeZone::get("Europe/London").expect("Europe/London is in the bundled database");
        jiff::Timestamp::now().to_zoned(london).date()
    }
}

/// A day that does not pass.
#[derive(Clone, Copy, Debug)]
pub struct FixedDay(pub Date);

impl Today for FixedDay {
    fn today(&self) -> Date {
        self.0
    }
}
