//! What the operator decides about the web: this file is about the settings the HTTP door needs.

use std::sync::Arc;

use canvass_actions::brand::Artist;
use canvass_model::{file::Scanning, template_site::TemplateSite, tenant::Region};

/// Settings of the HTTP door.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Where people reach this installation, without a trailing slash: `https://surveys.example`. With `https` the
    /// session cookies are `__Host-` and `Secure`.
    pub base_url: String,
    /// The regions a tenant may choose from; the first is offered first. Never empty.
    pub regions: Vec<Region>,
    /// The version of the terms a sign-up accepts, and where they stand.
    pub terms_version: String,
    /// Where the terms stand; `None` shows the version only.
    pub terms_url: Option<String>,
    /// How many bytes a request's body may have where nothing else is said.
    pub body_bytes_max: usize,
    /// Draws logos that come as SVG.
    pub artist: Artist,
    /// Whether what is uploaded is scanned before it is served.
    pub scanning: Scanning,
    /// What a new tenant begins with, and what the others are offered when it is newer than what they have.
    pub templates: Arc<TemplateSite>,
}

impl Settings {
    /// A long survey answered in full stays well below a tenth of it.
    pub const BODY_BYTES_MAX_DEFAULT: usize = 1024 * 1024;

    /// The region of this name; the first when none is named.
    pub(crate) fn region(&self, name: Option<&str>) -> Option<&Region> {
        let mut regions = self.regions.iter();
        match name {
            Some(name) => regions.find(|it| it.0 == name),
            None => regions.next(),
        }
    }

    /// Whether people reach this installation over TLS.
    pub(crate) fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}
