//! The head of a script's pages: this file is about its title, state and tabs, the same on each of them.

use canvass_model::{
    alias::Alias,
    script::{Schedule, Script, Switch, Trigger},
};

/// What stands above the tabs of a script, and the tabs.
pub(crate) struct ScriptHead {
    /// Its id, for links.
    pub(crate) id: String,
    /// Where all scripts are listed.
    pub(crate) all: String,
    /// What people call it.
    pub(crate) title: String,
    /// Its state in one word.
    pub(crate) badge: &'static str,
    /// How the state is coloured: `good`, `warn`, `danger` or nothing.
    pub(crate) tone: &'static str,
    /// What starts it, and whether its draft is published.
    pub(crate) note: String,
    /// Who stopped it, and why, if the operator did.
    pub(crate) stopped: Option<Stopped>,
    /// Why it does not run on this plan; empty when it does.
    pub(crate) plan: String,
    /// How many test cases it has.
    pub(crate) tests: usize,
    /// Whether a version of it is published.
    pub(crate) is_live: bool,
    /// The page one is on.
    pub(crate) tab: Tab,
}

/// What the operator stopped, and why.
pub(crate) struct Stopped {
    /// `this script`, or `the scripts of this organisation`.
    pub(crate) whose: &'static str,
    /// Their words.
    pub(crate) words: String,
}

/// The pages of one script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    /// Its program, and trying it out.
    Code,
    /// Its test cases.
    Tests,
    /// What became of each run.
    Runs,
    /// What it was.
    Versions,
    /// What it would have done.
    Replay,
    /// What starts it.
    Settings,
}

impl Tab {
    /// All of them in their order.
    pub(crate) const ALL: [Self; 6] =
        [Self::Code, Self::Tests, Self::Runs, Self::Versions, Self::Replay, Self::Settings];

    /// Its word.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Code => "Program",
            Self::Tests => "Tests",
            Self::Runs => "Runs",
            Self::Versions => "Versions",
            Self::Replay => "Replay",
            Self::Settings => "Settings",
        }
    }

    /// Its address below the script's.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Code => "",
            Self::Tests => "/tests",
            Self::Runs => "/runs",
            Self::Versions => "/versions",
            Self::Replay => "/replay",
            Self::Settings => "/settings",
        }
    }
}

impl ScriptHead {
    /// The head of `script`; `survey` is the title of the one it belongs to.
    pub(crate) fn new(script: &Script, alias: &Alias, survey: Option<&str>, tab: Tab) -> Self {
        let (badge, tone) = state(script);
        let changed = match script.live {
            None => "Not published yet".to_owned(),
            Some(version) if script.changed_since_published => {
                format!("Version {} is live; the draft differs from it", version.0)
            }
            Some(version) => format!("Version {} is live", version.0),
        };
        Self {
            id: script.id.to_string(),
            all: format!("/-/console/{alias}/scripts"),
            title: script.own_title().to_owned(),
            badge,
            tone,
            note: format!("{}. {changed}.", starts(&script.trigger, survey)),
            stopped: script.stopped_by_operator.clone().map(|words| Stopped { whose: "this script", words }),
            plan: String::new(),
            tests: 0,
            is_live: script.live.is_some(),
            tab,
        }
    }

    /// The address of this script's pages in the console, without a slash at the end.
    pub(crate) fn base(&self) -> String {
        format!("{}/{}", self.all, self.id)
    }

    /// What a tab counts.
    pub(crate) fn count(&self, tab: Tab) -> Option<usize> {
        match tab {
            Tab::Tests => Some(self.tests),
            Tab::Code | Tab::Runs | Tab::Versions | Tab::Replay | Tab::Settings => None,
        }
    }
}

/// A script's state: in one word, and its colour.
pub(crate) fn state(script: &Script) -> (&'static str, &'static str) {
    match (script.stopped_by_operator.is_some(), script.live, script.switch) {
        (true, _, _) => ("Stopped", "danger"),
        (false, None, _) => ("Draft", ""),
        (false, Some(_), Switch::On) => ("On", "good"),
        (false, Some(_), Switch::Off) => ("Off", ""),
    }
}

/// What starts a script, in words that begin a sentence. `survey` is the title of the one it belongs to.
pub(crate) fn starts(trigger: &Trigger, survey: Option<&str>) -> String {
    let survey = survey.map_or_else(|| "a survey that is gone".to_owned(), |it| format!("“{it}”"));
    match trigger {
        Trigger::Manual(_) => "Runs by hand".to_owned(),
        Trigger::Page => "Serves pages".to_owned(),
        Trigger::Validate(_) => format!("Checks responses to {survey} before they are accepted"),
        Trigger::Responded(_) => format!("Works on responses to {survey} when they are stored"),
        Trigger::Schedule(Schedule::Every { minutes: 1 }) => "Runs every minute".to_owned(),
        Trigger::Schedule(Schedule::Every { minutes }) => format!("Runs every {minutes} minutes"),
        Trigger::Schedule(Schedule::Cron(cron)) => {
            format!("Runs at {} ({})", cron.expression(), cron.time_zone())
        }
        Trigger::Module => "Imported by other scripts".to_owned(),
    }
}
