use crate::domain::choice::choices;

choices! {
    /// A question of the concern, in the order of the page. Its slug is the form field and the key in the sealed
    /// message; its label is what the desk calls it.
    pub enum ConcernField {
        Route = "route", "Route";
        Description = "description", "What happened";
        About = "about", "What it is about";
        Organisation = "organisation", "Name of the organisation";
        SeriousHarm = "serious_harm", "Could someone be seriously harmed soon";
        OrganisationType = "organisation_type", "Kind of organisation";
        Ongoing = "ongoing", "Still happening";
        When = "when", "When";
        RaisedInternally = "raised_internally", "Raised where they work";
        RaisedDetail = "raised_detail", "What happened when it was raised";
        Role = "role", "Role";
        Documents = "documents", "Documents or records";
        Area = "area", "Could be evidence for";
        UseConcerns = "use_concerns", "Uses that could identify them";
    }
}

choices! {
    /// A field of the box's forms that is no question of the concern.
    pub enum FormField {
        Code = "code", "The receipt code";
        CodeTag = "code_tag", "The box's tag over a receipt code that it issued";
        CodeAgain = "again", "The person's copy of a receipt code";
        Message = "message", "A follow-up";
        Attachment = "attachment", "Files";
        Change = "change", "The answer that the person wants to change";
        SentFiles = "sent_files", "Which files were sent, for the receipt page to be shown again";
        Help = "help", "Who else can help, likewise";
        SendId = "send_id", "What makes sending a form twice the same as once";
    }
}
