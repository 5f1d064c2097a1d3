use crate::domain::limits::SHORT_MAX;

/// The team can't be changed like that. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum TeamError {
    /// A name that is no name.
    #[error("the name is empty or longer than {SHORT_MAX} characters; give the name that the team uses")]
    MemberName,
    /// Someone has that key.
    #[error("a member has that signing key already; each member has their own")]
    KnownMember,
    /// Nobody of that id.
    #[error("there is no such member; look at the team again")]
    NoMember,
    /// Leaving without anybody else.
    #[error("you can't end your own membership; another member has to do it")]
    LeavingOneself,
    /// Nobody could tell whether it is right.
    #[error("you can't shut yourself out; ask another member to do it")]
    ShuttingOutOneself,
}
