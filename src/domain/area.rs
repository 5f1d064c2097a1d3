use super::choice::choices;

choices! {
    /// What a report may be wider evidence for.
    pub enum Area {
        BoardGovernance = "board-governance", "How a trust is run by its board";
        IntegratedCare = "integrated-care", "Integrated care";
        Competition = "competition", "Procurement, patient choice and competition";
    }
}
