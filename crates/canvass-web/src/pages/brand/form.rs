//! The form of a theme: this file is about its fields, as they came and as a theme.

use canvass_model::brand::{
    Brand, Colour, Colours, ContrastFault, Corners, Font, Palette, Role, Scheme, Spacing, Theme, Welcome,
};

use crate::form::Form;

/// What was chosen, as fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen {
    colours: Vec<(String, String)>,
    pub(super) font: String,
    pub(super) corners: String,
    pub(super) spacing: String,
    pub(super) welcome: String,
}

/// A figure beside the form: how a colour contrasts with its background.
pub(super) struct Contrast {
    pub(super) scheme: &'static str,
    pub(super) what: &'static str,
    pub(super) ratio: String,
    pub(super) is_good: bool,
}

/// What the colours of a theme are called in its form.
const COLOURS: [&str; 3] = ["accent", "background", "text"];

/// The fields of a query.
pub(super) fn fields(query: &str) -> Form {
    /// A theme has ten.
    const FIELDS_MAX: usize = 40;
    Form(form_urlencoded::parse(query.as_bytes()).into_owned().take(FIELDS_MAX).collect())
}

/// The field a colour that cannot be read belongs to, and why.
pub(super) fn named(fault: &ContrastFault) -> (String, String) {
    (format!("{}_{}", fault.scheme.as_str(), fault.role.as_str()), fault.to_string())
}

impl Chosen {
    pub(super) fn read(form: &Form) -> Self {
        let names = Scheme::ALL.iter().flat_map(|scheme| COLOURS.map(|it| format!("{}_{it}", scheme.as_str())));
        Self {
            colours: names.map(|name| (form.text(&name).to_owned(), name)).map(|(value, name)| (name, value)).collect(),
            font: form.text("font").to_owned(),
            corners: form.text("corners").to_owned(),
            spacing: form.text("spacing").to_owned(),
            welcome: form.text("welcome").to_owned(),
        }
    }

    /// What is stored.
    pub(super) fn of(brand: &Brand) -> Self {
        let theme = &brand.theme;
        let of_scheme = |scheme: Scheme| {
            let Colours { accent, background, text } = theme.colours(scheme);
            [("accent", accent), ("background", background), ("text", text)]
                .map(|(name, colour)| (format!("{}_{name}", scheme.as_str()), colour.to_string()))
        };
        Self {
            colours: Scheme::ALL.into_iter().flat_map(of_scheme).collect(),
            font: theme.font.as_str().to_owned(),
            corners: theme.corners.as_str().to_owned(),
            spacing: theme.spacing.as_str().to_owned(),
            welcome: theme.welcome.as_ref().map_or_else(String::new, |it| it.as_str().to_owned()),
        }
    }

    /// A colour as it was given.
    pub(super) fn colour(&self, scheme: Scheme, name: &str) -> &str {
        let wanted = format!("{}_{name}", scheme.as_str());
        self.colours.iter().find(|(it, _)| *it == wanted).map_or("", |(_, value)| value)
    }

    /// The theme, or each field that is wrong. Whether it can be read is another question.
    pub(super) fn theme(&self) -> Result<Theme, Vec<(String, String)>> {
        let mut errors = Vec::new();
        let [light, dark] = Scheme::ALL.map(|scheme| self.colours(scheme, &mut errors));
        let welcome = match Welcome::parse(&self.welcome) {
            _ if self.welcome.trim().is_empty() => None,
            Ok(welcome) => Some(welcome),
            Err(refusal) => {
                errors.push(("welcome".to_owned(), refusal.to_string()));
                None
            }
        };
        let theme = Theme {
            light,
            dark,
            font: Font::parse(&self.font).unwrap_or_default(),
            corners: Corners::parse(&self.corners).unwrap_or_default(),
            spacing: Spacing::parse(&self.spacing).unwrap_or_default(),
            welcome,
        };
        if errors.is_empty() { Ok(theme) } else { Err(errors) }
    }

    /// How what was chosen contrasts; nothing where it is no colour.
    pub(super) fn contrasts(&self) -> Vec<Contrast> {
        let Ok(theme) = self.theme() else { return Vec::new() };
        let of_scheme = |scheme: Scheme| {
            let Palette { accent, background, text, accent_ink, .. } = theme.palette(scheme);
            let pairs = [("Text", text, background), ("Accent", accent, background), ("On accent", accent_ink, accent)];
            pairs.map(|(what, ink, ground)| {
                let ratio = ink.contrast(ground);
                // Cut, not rounded: 4.499 is not 4.5.
                let shown = format!("{:.1}", (ratio * 10.0).floor() / 10.0);
                Contrast { scheme: scheme.as_str(), what, ratio: shown, is_good: Theme::TEXT_CONTRAST_MIN <= ratio }
            })
        };
        Scheme::ALL.into_iter().flat_map(of_scheme).collect()
    }

    /// The fields that show, as a query.
    pub(super) fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.colours);
        query.append_pair("font", &self.font).append_pair("corners", &self.corners);
        query.append_pair("spacing", &self.spacing).finish()
    }

    fn colours(&self, scheme: Scheme, errors: &mut Vec<(String, String)>) -> Colours {
        let [accent, background, text] = COLOURS.map(|name| {
            Colour::parse(self.colour(scheme, name)).unwrap_or_else(|refusal| {
                errors.push((format!("{}_{name}", scheme.as_str()), refusal.to_string()));
                Colour::BLACK
            })
        });
        Colours { accent, background, text }
    }
}

/// The field of a role, for the template.
pub(super) fn roles() -> [(&'static str, &'static str); 3] {
    [(Role::Accent.as_str(), "Accent"), ("background", "Background"), (Role::Text.as_str(), "Text")]
}
