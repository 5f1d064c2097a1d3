//! The fields of a form: an enum of their names, and what each asks.

/// Makes an enum of field names. Those of a form that are questions too are made by `form!`.
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

/// Makes the table of a form: each field with its name and what it asks, in the order of the page.
macro_rules! form {
    (
        $(#[$outer:meta])*
        enum $form:ident { $( $field:ident = $name:literal, $question:expr; )+ }
    ) => {
        $crate::desk::form::fields::fields! {
            $(#[$outer])*
            enum $form { $( $field = $name, )+ }
        }

        impl $crate::desk::form::question::AskedField for $form {
            const ALL: &'static [Self] = &[ $( Self::$field, )+ ];

            fn name(self) -> &'static str {
                Self::name(self)
            }

            fn question(self) -> $crate::desk::form::question::FieldQuestion {
                match self { $( Self::$field => $question, )+ }
            }
        }
    };
}

pub(super) use {fields, form};
