//! The template site that Canvass brings along: this file is about reading it, once.

use std::sync::{Arc, OnceLock};

use canvass_model::template_site::TemplateSite;

/// Its manifest.
const MANIFEST: &str = include_str!("../../starter/site.json");
/// The files the manifest names.
const FILES: [(&str, &str); 5] = [
    ("welcome.md", include_str!("../../starter/welcome.md")),
    ("contact.md", include_str!("../../starter/contact.md")),
    ("privacy.md", include_str!("../../starter/privacy.md")),
    ("accessibility.md", include_str!("../../starter/accessibility.md")),
    ("customer-satisfaction.json", include_str!("../../starter/customer-satisfaction.json")),
];

/// The template site of an operator who has none of their own.
pub fn built_in() -> Arc<TemplateSite> {
    static SITE: OnceLock<Arc<TemplateSite>> = OnceLock::new();
    let read = || read().unwrap_or_else(|_| TemplateSite { version: 1, pages: Vec::new(), surveys: Vec::new() });
    Arc::clone(SITE.get_or_init(|| Arc::new(read())))
}

fn read() -> Result<TemplateSite, Vec<String>> {
    let file = |name: &str| FILES.iter().find(|(it, _)| *it == name).map(|(_, text)| (*text).to_owned());
    TemplateSite::parse(MANIFEST, |name| file(name).ok_or_else(|| "it is not there".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_site_is_right_and_all_of_its_files_are_used() {
        let site = read().unwrap();
        assert_eq!(*built_in(), site);
        let documents = site.pages.iter().filter(|it| it.kind() == canvass_model::page::Kind::Document).count();
        assert_eq!(documents + site.surveys.len(), FILES.len());
    }
}
