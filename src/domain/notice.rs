use super::choice::choices;

choices! {
    /// What an information-use notice says in the main.
    pub enum NoticeVariant {
        OtherWork = "other-work", "We plan to use it in other work";
        NoOtherUse = "no-other-use", "We plan no other use";
        Supplementary = "supplementary", "What we plan has changed since the first notice";
    }
}

choices! {
    /// What the organisation is told because of the other work.
    pub enum Told {
        Nothing = "nothing", "It is not told at all";
        InGeneral = "in-general", "It is told only in general terms";
        IfAgreed = "if-agreed", "It is told only if the person agrees first";
    }
}

choices! {
    /// Who sees what the person sent because of the other work.
    pub enum WhoSees {
        Team = "team", "Only this team";
        AreaTeam = "area-team", "This team and the team of the area";
        Regulator = "regulator", "These and another regulator";
    }
}
