//! The names of a form's fields.

/// Makes an enum of the fields of one form.
macro_rules! fields {
    (
        $(#[$outer:meta])*
        enum $form:ident { $( $field:ident = $name:literal, )+ }
    ) => {
        $(#[$outer])*
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(in crate::desk) enum $form { $( $field, )+ }

        impl $form {
            /// Its name in the form, and its id on the page.
            pub(in crate::desk) const fn name(self) -> &'static str {
                match self { $( Self::$field => $name, )+ }
            }
        }
    };
}

pub(super) use fields;
