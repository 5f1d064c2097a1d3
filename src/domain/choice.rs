//! Closed lists: each choice has a slug (in forms and files) and a label (on pages).

/// The slugs and labels of choices, in the order that a page shows them.
pub type Labelled = &'static [(&'static str, &'static str)];

/// Makes an enum of choices with its slugs and labels, and serde by slug.
macro_rules! choices {
    (
        $(#[$outer:meta])*
        pub enum $name:ident { $( $(#[$inner:meta])* $variant:ident = $slug:literal, $label:literal; )+ }
    ) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $( #[doc = $label] $(#[$inner])* #[serde(rename = $slug)] $variant, )+
        }

        impl $name {
            /// Every choice, in the order that pages show them.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The slug and label of every choice.
            pub const LABELLED: $crate::domain::Labelled = &[ $( ($slug, $label), )+ ];

            /// The word in forms, files and commands.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $( Self::$variant => $slug, )+ }
            }

            /// The words on pages.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $( Self::$variant => $label, )+ }
            }

            /// Its slug and label.
            #[must_use]
            pub const fn labelled(self) -> (&'static str, &'static str) {
                (self.slug(), self.label())
            }

            /// The choice that a slug names.
            #[must_use]
            pub fn from_slug(slug: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.slug() == slug)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.slug())
            }
        }
    };
}

pub(super) use choices;
