//! What the demonstration holds: this file is about its tenants and surveys, each in a different state.

use canvass_model::member::Role;

use super::PlanId;

/// A tenant of the demonstration.
pub(super) struct Showcase {
    pub(super) alias: &'static str,
    pub(super) name: &'static str,
    pub(super) plan: PlanId,
    pub(super) administrator: &'static str,
    pub(super) email: &'static str,
    pub(super) colleagues: &'static [Colleague],
    /// Its own fields for surveys, as the API takes them; empty when its plan has none.
    pub(super) fields: &'static str,
    pub(super) surveys: &'static [Exhibit],
    /// The tenant's own words, in Markdown.
    pub(super) about: &'static str,
    /// The survey whose results everybody may see, and where and under which title they do.
    pub(super) shares: (&'static str, &'static str, &'static str),
}

/// Somebody beside the administrator, so that one can see what each role sees.
pub(super) struct Colleague {
    pub(super) name: &'static str,
    pub(super) email: &'static str,
    pub(super) role: Role,
}

/// A survey of the demonstration.
pub(super) struct Exhibit {
    /// Its name in addresses, and in the tenant's notes of what was made.
    pub(super) name: &'static str,
    /// Its definition, as anybody would import it.
    pub(super) definition: &'static str,
    /// What it has in the tenant's own fields, as JSON; empty for nothing but defaults.
    pub(super) metadata: &'static str,
    pub(super) life: Life,
}

/// How far a survey of the demonstration has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Life {
    /// Being written.
    Draft,
    /// Collecting.
    Open(Crowd),
    /// Done collecting.
    Closed(Crowd),
}

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Crowd {
    /// How many.
    pub(super) responses: u32,
    /// How content they are on the whole, from 0 to 1.
    pub(super) mood: f64,
}

pub(super) const SHOWCASES: &[Showcase] = &[
    Showcase {
        alias: "adatum",
        name: "Adatum Corporation",
        plan: PlanId::Premium,
        administrator: "Ada Lindqvist",
        email: "ada@adatum.example",
        colleagues: &[
            Colleague { name: "Carl Brandt", email: "carl@adatum.example", role: Role::Creator },
            Colleague { name: "Ann Beaumont", email: "ann@adatum.example", role: Role::Analyst },
        ],
        fields: FIELDS,
        surveys: &[
            Exhibit {
                name: "customer-satisfaction",
                definition: include_str!("surveys/customer-satisfaction.json"),
                metadata: r#"{"product":"CX-2040","owner":"Grete Olsen","budget":4800,"review":"2027-01-15"}"#,
                life: Life::Open(Crowd { responses: 412, mood: 0.72 }),
            },
            Exhibit {
                name: "working-here",
                definition: include_str!("surveys/working-here.json"),
                metadata: r#"{"product":"HR-0007","owner":"Tomás Rivera","budget":1250.5,"internal":true}"#,
                life: Life::Open(Crowd { responses: 386, mood: 0.66 }),
            },
            Exhibit {
                name: "connect-2026",
                definition: include_str!("surveys/connect-conference.json"),
                metadata: r#"{"product":"EV-2026","owner":"Grete Olsen","budget":12000}"#,
                life: Life::Closed(Crowd { responses: 431, mood: 0.78 }),
            },
            Exhibit {
                name: "discovery",
                definition: include_str!("surveys/discovery-interview.json"),
                metadata: "",
                life: Life::Draft,
            },
        ],
        about: include_str!("about/adatum.markdown"),
        shares: ("customer-satisfaction", "what-you-told-us", "What you told us"),
    },
    Showcase {
        alias: "fabrikam",
        name: "Fabrikam Furniture",
        plan: PlanId::Standard,
        administrator: "Mary Okafor",
        email: "mary@fabrikam.example",
        colleagues: &[
            Colleague { name: "Liam Novak", email: "liam@fabrikam.example", role: Role::Creator },
            Colleague { name: "Yuki Tanaka", email: "yuki@fabrikam.example", role: Role::Analyst },
        ],
        fields: "",
        surveys: &[
            Exhibit {
                name: "woodworking",
                definition: include_str!("surveys/course-evaluation.json"),
                metadata: "",
                life: Life::Open(Crowd { responses: 397, mood: 0.8 }),
            },
            Exhibit {
                name: "delivery",
                definition: include_str!("surveys/delivery.json"),
                metadata: "",
                life: Life::Closed(Crowd { responses: 404, mood: 0.6 }),
            },
            Exhibit {
                name: "summer-workshop",
                definition: include_str!("surveys/workshop-registration.json"),
                metadata: "",
                life: Life::Draft,
            },
        ],
        about: include_str!("about/fabrikam.markdown"),
        shares: ("delivery", "how-we-deliver", "How we deliver"),
    },
];

const FIELDS: &str = include_str!("fields.json");
