/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddReport {
    /// It is on the disk.
    Added,
    /// That receipt code has a report already: it was sent before. Nothing was added.
    SentBefore,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddMessage {
    /// It is on the disk.
    Added,
    /// That form was sent before. Nothing was added.
    SentBefore,
    /// Another message came first: seal it again under the next number.
    NumberTaken,
    /// The report is withdrawn or gone. Nothing was added.
    Gone,
}
