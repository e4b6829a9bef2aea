//! Contrast: this file is about text that could not be read, found as far as it can be known from the rules alone.
//!
//! For each appearance the rules are laid over what parts have by themselves, as a browser would: the last one wins, a
//! state wins over its part, what is not set comes from around. Rules that depend on width, motion or print are laid over
//! once and left out once.

use std::collections::{BTreeMap, HashMap};

use canvass_model::brand::{Colour, Palette, Scheme, Theme};

use super::{
    part::{PARTS, Part, Shade, Shows, State},
    read::{Condition, Media, Rule, Target},
    refusal::{Place, Reason, Refusal},
    value::Paint,
};

/// Parts stand in parts no deeper.
const DEPTH_MAX: usize = 8;

/// Every text that could not be read, at the declaration that makes it so.
pub(super) fn check(rules: &[Rule], theme: &Theme) -> Vec<Refusal> {
    let mut found: BTreeMap<Place, Found> = BTreeMap::new();
    for look in LOOKS {
        let palette = theme.palette(look.scheme);
        let page = Page::new(rules, &palette, |media| look.shows(media));
        for fault in page.faults() {
            let known = found.entry(fault.place).or_default();
            if known.schemes.is_empty() || fault.ratio < known.ratio {
                (known.ratio, known.min) = (fault.ratio, fault.min);
            }
            if !known.parts.contains(&fault.name) {
                known.parts.push(fault.name);
            }
            if !known.schemes.contains(&look.scheme) {
                known.schemes.push(look.scheme);
            }
        }
    }
    found.into_iter().map(|(place, it)| it.reason().at(place)).collect()
}

/// A way a page is seen.
#[derive(Debug, Clone, Copy)]
struct Look {
    scheme: Scheme,
    /// Whether what depends on width and motion applies.
    sometimes: bool,
    is_print: bool,
}

/// Every way that is looked at. Paper is white.
const LOOKS: [Look; 5] = [
    Look { scheme: Scheme::Light, sometimes: false, is_print: false },
    Look { scheme: Scheme::Light, sometimes: true, is_print: false },
    Look { scheme: Scheme::Dark, sometimes: false, is_print: false },
    Look { scheme: Scheme::Dark, sometimes: true, is_print: false },
    Look { scheme: Scheme::Light, sometimes: true, is_print: true },
];

impl Look {
    fn shows(self, media: Option<&Media>) -> bool {
        let Some(media) = media else { return true };
        let holds = |condition: &Condition| match condition {
            Condition::Scheme(name) => *name == self.scheme.as_str(),
            Condition::Width { .. } | Condition::Motion(_) => self.sometimes,
        };
        let on = if self.is_print { "print" } else { "screen" };
        media.on.is_none_or(|it| it == on) && media.conditions.iter().all(holds)
    }
}

/// A text that could not be read: where that was decided, in which part, and how it contrasts.
struct Fault {
    place: Place,
    name: String,
    ratio: f64,
    min: f64,
}

/// What one declaration does.
#[derive(Default)]
struct Found {
    parts: Vec<String>,
    ratio: f64,
    min: f64,
    schemes: Vec<Scheme>,
}

impl Found {
    fn reason(&self) -> Reason {
        /// More names help nobody.
        const NAMES_MAX: usize = 3;
        let names: Vec<String> = self.parts.iter().take(NAMES_MAX).map(|it| format!(".{it}")).collect();
        let more = self.parts.len().saturating_sub(NAMES_MAX);
        let when = match self.schemes[..] {
            [Scheme::Dark] => " on dark pages",
            [Scheme::Light] => " on light pages",
            _ => "",
        };
        Reason::Contrast {
            parts: names.join(", ") + &if more == 0 { String::new() } else { format!(" and {more} more") },
            // Cut, not rounded: 4.499 is not 4.5.
            ratio: format!("{:.1}", (self.ratio * 10.0).floor() / 10.0),
            min: self.min.to_string(),
            when,
        }
    }
}

/// What is set for one part or state, and where.
#[derive(Debug, Clone, Default)]
struct Set {
    ink: Option<(Paint, Place)>,
    ground: Option<(Vec<Paint>, Place)>,
    /// Shadows inside the box, which lie on its ground.
    veil: Option<(Vec<Paint>, Place)>,
    outline: Option<(Paint, Place)>,
}

/// What a text is seen in, and where that was decided last.
#[derive(Debug, Clone)]
struct Seen {
    ink: Paint,
    ink_place: Option<Place>,
    grounds: Vec<Colour>,
    ground_place: Option<Place>,
}

struct Page<'a> {
    palette: &'a Palette,
    sets: HashMap<(&'static str, &'static str), Set>,
}

impl<'a> Page<'a> {
    fn new(rules: &[Rule], palette: &'a Palette, applies: impl Fn(Option<&Media>) -> bool) -> Self {
        let mut page = Self { palette, sets: HashMap::new() };
        for rule in rules.iter().filter(|it| applies(it.media.as_ref())) {
            for target in &rule.targets {
                page.lay(*target, rule);
            }
        }
        page
    }

    fn lay(&mut self, target: Target, rule: &Rule) {
        let set = self.sets.entry(key(target.part, target.state)).or_default();
        for it in &rule.declarations {
            let paints = &it.value.paints;
            match (it.property.name, paints.first()) {
                ("color", Some(paint)) => set.ink = Some((*paint, it.place)),
                ("background" | "background-color", _) => set.ground = Some((paints.clone(), it.place)),
                ("outline-color", Some(paint)) => set.outline = Some((*paint, it.place)),
                ("box-shadow", _) => {
                    let inside = it.value.text.contains("inset");
                    set.veil = Some((if inside { paints.clone() } else { Vec::new() }, it.place));
                }
                _ => {}
            }
        }
    }

    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for part in PARTS {
            let min = match part.shows {
                Shows::Text => Theme::TEXT_CONTRAST_MIN,
                Shows::Drawing => Theme::EDGE_CONTRAST_MIN,
                Shows::Nothing => continue,
            };
            for around in self.around(part, DEPTH_MAX) {
                for state in std::iter::once(None).chain(part.states.iter().map(Some)) {
                    let seen = self.seen(part, state, &around);
                    let close = self.too_close(&seen, min).map(|it| (it, min));
                    let lost = self.lost_outline(part, state, &around).map(|it| (it, Theme::EDGE_CONTRAST_MIN));
                    faults.extend(close.into_iter().chain(lost).map(|((place, ratio), min)| {
                        let name = Target { part, state }.name();
                        Fault { place, name, ratio, min }
                    }));
                }
            }
        }
        faults
    }

    /// The least contrast of a text with what it stands on, if that is too little and was decided by a rule.
    fn too_close(&self, seen: &Seen, min: f64) -> Option<(Place, f64)> {
        let place = seen.ink_place.max(seen.ground_place)?;
        let ratios = seen.grounds.iter().map(|it| self.over(seen.ink, *it).contrast(*it));
        let ratio = ratios.fold(f64::INFINITY, f64::min);
        (ratio < min).then_some((place, ratio))
    }

    /// A ring around what has focus that could not be seen.
    fn lost_outline(&self, part: &Part, state: Option<&State>, around: &Seen) -> Option<(Place, f64)> {
        let (outline, place) = self.set(part, state)?.outline.as_ref()?;
        let ratios = around.grounds.iter().map(|it| self.over(*outline, *it).contrast(*it));
        let ratio = ratios.fold(f64::INFINITY, f64::min);
        (ratio < Theme::EDGE_CONTRAST_MIN).then_some((*place, ratio))
    }

    /// Everything a part may stand in; the whole page stands in nothing, and so in itself.
    fn around(&self, part: &Part, depth: usize) -> Vec<Seen> {
        let nothing = Seen {
            ink: Paint::Shade(Shade::Text),
            ink_place: None,
            grounds: vec![self.palette.background],
            ground_place: None,
        };
        if part.within.is_empty() || depth == 0 {
            return vec![nothing];
        }
        let parents = part.within.iter().filter_map(|it| Part::find(it));
        parents
            .flat_map(|parent| {
                let around = self.around(parent, depth - 1);
                around.into_iter().map(|it| self.seen(parent, None, &it)).collect::<Vec<_>>()
            })
            .collect()
    }

    fn seen(&self, part: &Part, state: Option<&State>, around: &Seen) -> Seen {
        let own = self.set(part, None);
        let now = state.and_then(|it| self.set(part, Some(it)));
        let fixed = |shade: Shade| (Paint::Shade(shade), None);
        let set = |set: Option<&Set>| set.and_then(|it| it.ink).map(|(paint, place)| (paint, Some(place)));
        let (ink, ink_place) = set(now)
            .or_else(|| state.and_then(|it| it.ink).map(fixed))
            .or_else(|| set(own))
            .or_else(|| part.ink.map(fixed))
            .unwrap_or((around.ink, around.ink_place));
        let (grounds, ground_place) = self.grounds((part, own), (state, now), around);
        Seen { ink, ink_place, grounds, ground_place }
    }

    fn grounds(
        &self,
        (part, own): (&Part, Option<&Set>),
        (state, now): (Option<&State>, Option<&Set>),
        around: &Seen,
    ) -> (Vec<Colour>, Option<Place>) {
        let set = |set: Option<&Set>| set.and_then(|it| it.ground.clone()).map(|(paints, place)| (paints, Some(place)));
        let fixed = |shade: Shade| (vec![Paint::Shade(shade)], None);
        let ground = set(now)
            .or_else(|| state.and_then(|it| it.ground).map(fixed))
            .or_else(|| set(own))
            .or_else(|| part.ground.map(fixed));
        let (mut grounds, mut place) = match ground {
            Some((paints, place)) => (self.all_over(&paints, &around.grounds), place.max(around.ground_place)),
            None => (around.grounds.clone(), around.ground_place),
        };
        let veil = [now, own].into_iter().flatten().find_map(|it| it.veil.as_ref());
        if let Some((paints, veiled_at)) = veil.filter(|(paints, _)| !paints.is_empty()) {
            grounds.extend(self.all_over(paints, &grounds));
            place = place.max(Some(*veiled_at));
        }
        (grounds, place)
    }

    fn set(&self, part: &Part, state: Option<&State>) -> Option<&Set> {
        self.sets.get(&(part.name, state.map_or("", |it| it.name)))
    }

    fn all_over(&self, paints: &[Paint], grounds: &[Colour]) -> Vec<Colour> {
        let pairs = paints.iter().flat_map(|paint| grounds.iter().map(move |ground| (*paint, *ground)));
        let mut colours: Vec<Colour> = Vec::new();
        for colour in pairs.map(|(paint, ground)| self.over(paint, ground)) {
            if !colours.contains(&colour) {
                colours.push(colour);
            }
        }
        colours.truncate(COLOURS_MAX);
        colours
    }

    /// A paint on a ground, as it looks.
    fn over(&self, paint: Paint, ground: Colour) -> Colour {
        match paint {
            Paint::Shade(shade) => shade.of(self.palette),
            Paint::Fixed([red, green, blue, alpha]) => {
                ground.mixed(f64::from(alpha) / 255.0, Colour::new(red, green, blue))
            }
        }
    }
}

/// Colours a text may stand on at once: gradients upon gradients have more, and look no different.
const COLOURS_MAX: usize = 64;

fn key(part: &'static Part, state: Option<&'static State>) -> (&'static str, &'static str) {
    (part.name, state.map_or("", |it| it.name))
}
