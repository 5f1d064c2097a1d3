use crate::domain::choice::choices;

choices! {
    /// A question of the concern, in the order of the page. Its slug is the form field and the key in the sealed
    /// message; its label is what the desk calls it.
    pub enum ConcernField {
        Route = "route", "Route";
        OrganisationType = "organisation_type", "Kind of organisation";
        Organisation = "organisation", "Name of the organisation";
        About = "about", "What it is about";
        Description = "description", "What happened";
        Ongoing = "ongoing", "Still happening";
        When = "when", "When";
        SeriousHarm = "serious_harm", "Could someone be seriously harmed soon";
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
        SendId = "send_id", "What makes sending a form twice the same as once";
    }
}
