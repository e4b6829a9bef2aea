//! A tenant's look: this file is about what pages link of its brand, and where that is served.

use canvass_model::{alias::Alias, brand::Brand, markdown};
use canvass_storage::{self as storage, ReadTx, brand};

/// What a page shows of a tenant's brand; nothing of it until somebody chose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Look {
    /// Where the tenant's style sheet is served.
    pub(crate) sheet: Option<String>,
    /// Its logo.
    pub(crate) logo: Option<Picture>,
    /// The welcome on its list of surveys, as safe HTML; empty when there is none.
    pub(crate) welcome: String,
}

/// A logo as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) src: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Look {
    /// The name under which looks are kept by `cached`.
    pub(crate) const NAME: &'static str = "look";

    /// Reads what there is.
    pub(crate) fn load(tx: &mut ReadTx<'_>, alias: &Alias) -> Result<Self, storage::Error> {
        Ok(brand::find(tx)?.map_or_else(Self::default, |it| Self::of(&it, alias)))
    }

    /// The look of a brand that is stored.
    pub(crate) fn of(brand: &Brand, alias: &Alias) -> Self {
        let logo = brand.logo.as_ref().map(|it| {
            let src = format!("/-/brand/{alias}/{}.png", it.hash);
            Picture { src, width: it.width, height: it.height }
        });
        Self {
            sheet: Some(format!("/-/brand/{alias}/{}.css", brand.sheet_hash)),
            logo,
            welcome: brand.theme.welcome.as_ref().map_or_else(String::new, |it| markdown::to_html(it.as_str())),
        }
    }
}
