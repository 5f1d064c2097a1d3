use super::choice::choices;

choices! {
    /// What was done with a page or a file of a report.
    pub enum AccessKind {
        Opened = "opened", "Opened";
        Saved = "saved", "Saved";
        Printed = "printed", "Printed";
        HandedOn = "handed-on", "Handed on";
    }
}
