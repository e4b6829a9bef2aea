//! The form of a trigger: this file is about choosing when a script runs.

use canvass_model::{
    id::SurveyId,
    script::{Parameters, Schedule, Trigger, TriggerName},
};
use canvass_storage::{
    self as storage, ReadTx,
    surveys::{self, Shelf},
};

use crate::form::Form;

/// Surveys offered to choose from, the newest first.
const SURVEYS_MAX: u32 = 500;

/// The controls of a trigger, filled in.
#[derive(Default)]
pub(crate) struct TriggerForm {
    pub(crate) triggers: Vec<TriggerChoice>,
    /// The chosen one.
    pub(crate) trigger: String,
    /// Id and title of each survey.
    pub(crate) surveys: Vec<(String, String)>,
    /// The chosen survey's id.
    pub(crate) survey: String,
    pub(crate) every_minutes: String,
    pub(crate) cron: String,
    pub(crate) time_zone: String,
    pub(crate) errors: Vec<(String, String)>,
}

/// One trigger to choose.
pub(crate) struct TriggerChoice {
    pub(crate) value: &'static str,
    pub(crate) label: &'static str,
    pub(crate) help: &'static str,
    /// The name of its field for a survey.
    pub(crate) survey_field: &'static str,
}

impl TriggerForm {
    /// A form that shows `trigger`.
    pub(super) fn of(trigger: &Trigger, surveys: Vec<(String, String)>) -> Self {
        let (every_minutes, cron, time_zone) = match trigger {
            Trigger::Schedule(Schedule::Every { minutes }) => (minutes.to_string(), String::new(), utc()),
            Trigger::Schedule(Schedule::Cron(cron)) => {
                (String::new(), cron.expression().to_owned(), cron.time_zone().to_owned())
            }
            Trigger::Manual(_) | Trigger::Page | Trigger::Validate(_) | Trigger::Responded(_) | Trigger::Module => {
                (String::new(), String::new(), utc())
            }
        };
        Self {
            triggers: choices(),
            trigger: trigger.name().as_str().to_owned(),
            survey: trigger.survey().map(|it| it.to_string()).unwrap_or_default(),
            surveys,
            every_minutes,
            cron,
            time_zone,
            errors: Vec::new(),
        }
    }

    /// The form as it was sent.
    pub(super) fn sent(form: &Form, surveys: Vec<(String, String)>) -> Self {
        let trigger = form.text("trigger").to_owned();
        let survey = form.text(&format!("survey_{trigger}"));
        let survey = if survey.is_empty() { form.text("survey") } else { survey };
        Self {
            triggers: choices(),
            survey: survey.to_owned(),
            surveys,
            every_minutes: form.text("every_minutes").to_owned(),
            cron: form.text("cron").to_owned(),
            time_zone: form.text("time_zone").to_owned(),
            trigger,
            errors: Vec::new(),
        }
    }

    /// What is wrong with a field.
    pub(crate) fn error(&self, name: &str) -> &str {
        self.errors.iter().find(|(it, _)| it == name).map_or("", |(_, message)| message)
    }

    /// The trigger that was chosen; a script that runs by hand has these `parameters`.
    pub(super) fn read(&mut self, parameters: Parameters) -> Option<Trigger> {
        let name = TriggerName::parse(&self.trigger);
        match name {
            None => self.refuse("trigger", "Choose when it runs".to_owned()),
            Some(TriggerName::Manual) => Some(Trigger::Manual(parameters)),
            Some(TriggerName::Page) => Some(Trigger::Page),
            Some(TriggerName::Module) => Some(Trigger::Module),
            Some(TriggerName::Validate) => self.survey("survey_validate").map(Trigger::Validate),
            Some(TriggerName::Responded) => self.survey("survey_responded").map(Trigger::Responded),
            Some(TriggerName::Schedule) => self.schedule().map(Trigger::Schedule),
        }
    }

    fn survey(&mut self, field: &str) -> Option<SurveyId> {
        let id = SurveyId::parse(&self.survey);
        id.or_else(|| self.refuse(field, "Choose a survey; make one first if there is none".to_owned()))
    }

    fn schedule(&mut self) -> Option<Schedule> {
        if self.cron.is_empty() {
            let minutes = self.every_minutes.parse().unwrap_or(0);
            return Schedule::every(minutes)
                .map_err(|refusal| self.refuse::<Schedule>("every_minutes", refusal.to_string()))
                .ok();
        }
        let field = |refusal: &canvass_model::script::InvalidSchedule| match refusal {
            canvass_model::script::InvalidSchedule::Zone => "time_zone",
            canvass_model::script::InvalidSchedule::Minutes
            | canvass_model::script::InvalidSchedule::Expression
            | canvass_model::script::InvalidSchedule::Never => "cron",
        };
        let zone = if self.time_zone.is_empty() { utc() } else { self.time_zone.clone() };
        Schedule::cron(&self.cron, &zone)
            .map_err(|refusal| self.refuse::<Schedule>(field(&refusal), refusal.to_string()))
            .ok()
    }

    fn refuse<T>(&mut self, field: &str, message: String) -> Option<T> {
        self.errors.push((field.to_owned(), message));
        None
    }
}

/// Id and title of the surveys a script may belong to.
pub(super) fn surveys(tx: &mut ReadTx<'_>) -> Result<Vec<(String, String)>, storage::Error> {
    let found = surveys::list(tx, Shelf::AtWork, None, SURVEYS_MAX)?;
    let title = |it: &str| if it.is_empty() { "Untitled survey".to_owned() } else { it.to_owned() };
    Ok(found.into_iter().map(|it| (it.id.to_string(), title(&it.title))).collect())
}

fn utc() -> String {
    "UTC".to_owned()
}

fn choices() -> Vec<TriggerChoice> {
    let choice = |name: TriggerName| {
        let (label, help, survey_field) = match name {
            TriggerName::Manual => ("By hand", "A member, a program or the command line starts it.", ""),
            TriggerName::Page => ("When its page is asked for", "It answers with HTML, JSON, CSV or a picture.", ""),
            TriggerName::Validate => (
                "Before a response is accepted",
                "It may refuse answers, with a message beside each.",
                "survey_validate",
            ),
            TriggerName::Responded => {
                ("After responses are stored", "It notes scores, fields and tags, once for each.", "survey_responded")
            }
            TriggerName::Schedule => ("By the clock", "At times, or every so many minutes.", ""),
            TriggerName::Module => ("Never by itself", "Other scripts import it by its name.", ""),
        };
        TriggerChoice { value: name.as_str(), label, help, survey_field }
    };
    TriggerName::ALL.into_iter().map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&str, &str)]) -> Result<Trigger, Vec<(String, String)>> {
        let form = Form(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
        let mut sent = TriggerForm::sent(&form, Vec::new());
        sent.read(Parameters::default()).ok_or(sent.errors)
    }

    #[test]
    fn what_is_read_shows_the_same_again() {
        for trigger in [
            read(&[("trigger", "page")]),
            read(&[("trigger", "schedule"), ("every_minutes", "15")]),
            read(&[("trigger", "schedule"), ("cron", "0 8 * * 1"), ("time_zone", "Europe/Vienna")]),
            read(&[("trigger", "responded"), ("survey_responded", "0193e1a0-0000-7000-8000-000000000000")]),
        ] {
            let trigger = trigger.unwrap();
            let mut form = TriggerForm::of(&trigger, Vec::new());
            assert_eq!(form.read(Parameters::default()).unwrap(), trigger);
        }
    }

    #[test]
    fn what_is_missing_is_told_beside_its_field() {
        let field = |fields: &[(&str, &str)]| read(fields).unwrap_err()[0].0.clone();
        assert_eq!(field(&[]), "trigger");
        assert_eq!(field(&[("trigger", "validate")]), "survey_validate");
        assert_eq!(field(&[("trigger", "schedule")]), "every_minutes");
        assert_eq!(field(&[("trigger", "schedule"), ("cron", "daily")]), "cron");
        assert_eq!(field(&[("trigger", "schedule"), ("cron", "0 8 * * 1"), ("time_zone", "Atlantis")]), "time_zone");
    }
}
