//! How the table of messages is declared: a key, its English, its Chinese.
//!
//! Invariant: both languages have the same keys.

/// Declares the table.
macro_rules! messages {
    ($($key:ident $en:literal $zh:literal)+) => {
        /// All sentences and words of one language.
        pub struct Messages {
            pub lang: super::Lang,
            $(pub $key: &'static str),+
        }

        pub static EN: Messages = Messages { lang: super::Lang::En, $($key: $en),+ };
        pub static ZH: Messages = Messages { lang: super::Lang::Zh, $($key: $zh),+ };

        impl Messages {
            /// What a field of a form is called, where its name is a key.
            pub fn field(&self, name: &str) -> Option<&'static str> {
                match name {
                    $(stringify!($key) => Some(self.$key),)+
                    _ => None,
                }
            }
        }

        #[cfg(test)]
        impl Messages {
            /// Each key with its text.
            pub fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($key), self.$key)),+]
            }
        }
    };
}

pub(super) use messages;
