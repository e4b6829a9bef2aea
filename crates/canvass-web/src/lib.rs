//! The HTTP door: routes, access, pages, API, assets and templates.
