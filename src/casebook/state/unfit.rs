/// An event that does not fit what went before.
#[derive(Debug)]
pub(in crate::casebook) struct Unfit;
