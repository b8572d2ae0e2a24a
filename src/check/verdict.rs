//! What a judge says: one ruling for each requirement its check covers.

use std::collections::BTreeMap;

use crate::spec::{Confidence, Severity};
use crate::transcript::{Event, EventRef, Exchange, WireMessage};

/// The rulings of one judge over one view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    rulings: BTreeMap<&'static str, Ruling>,
}

impl Verdicts {
    /// No rulings yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The ruling on a requirement, to be added to.
    pub fn on(&mut self, requirement: &'static str) -> &mut Ruling {
        self.rulings.entry(requirement).or_default()
    }

    /// All rulings by requirement.
    pub fn into_rulings(self) -> BTreeMap<&'static str, Ruling> {
        self.rulings
    }
}

/// What was seen about one requirement. A ruling without evidence never passes: it is
/// inconclusive, or what [`Ruling::not_applicable`] or [`Ruling::inconclusive`] said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ruling {
    /// Evidence that the rule held.
    pub held: Vec<EventRef>,
    /// Ways in which it was broken.
    pub problems: Vec<Problem>,
    /// Remarks that break nothing.
    pub remarks: Vec<Problem>,
    /// Why it does not apply.
    pub not_applicable: Option<String>,
    /// Why it cannot be judged.
    pub inconclusive: Option<String>,
}

impl Ruling {
    /// The rule held here.
    pub fn held(&mut self, at: EventRef) -> &mut Self {
        self.held.push(at);
        self
    }

    /// The rule was broken. The level of the requirement decides whether that is a failure or a
    /// warning.
    pub fn broken(&mut self, problem: Problem) -> &mut Self {
        self.problems.push(problem);
        self
    }

    /// Something was odd, but a warning at most, whatever the level of the requirement.
    pub fn odd(&mut self, problem: Problem) -> &mut Self {
        self.problems.push(problem.at_most_warned());
        self
    }

    /// Worth knowing, breaks nothing.
    pub fn remark(&mut self, problem: Problem) -> &mut Self {
        self.remarks.push(problem);
        self
    }

    /// The requirement does not apply to this server, revision or transport.
    pub fn not_applicable(&mut self, why: impl Into<String>) -> &mut Self {
        self.not_applicable.get_or_insert(why.into());
        self
    }

    /// It was tried and cannot be told, or could not be tried.
    pub fn inconclusive(&mut self, why: impl Into<String>) -> &mut Self {
        self.inconclusive.get_or_insert(why.into());
        self
    }
}

/// One way in which a requirement was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What it is about: `tool:add`, `method:ping`, `stdout`. Part of the fingerprint, so it holds
    /// no times, ids or counts.
    pub subject: String,
    /// One sentence for the reader.
    pub message: String,
    /// Bytes that prove it.
    pub evidence: Vec<Evidence>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Never more than a warning.
    pub soft: bool,
    /// The schema type itself is broken, or the server crashed, hung or answered nonsense: counts
    /// as a failure also where the requirement rests on descriptive wording or is a SHOULD.
    pub hard: bool,
    /// How sure it is. Only security checks are ever less than sure.
    pub confidence: Confidence,
    /// How much this case matters, where that differs from the severity of the security check.
    pub severity: Option<Severity>,
    /// It counts only when a fresh connection shows it again.
    pub fleeting: bool,
}

/// Bytes that prove something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The event.
    pub event: EventRef,
    /// JSON pointer into the frame, when it helps.
    pub pointer: Option<String>,
    /// The relevant bytes as text, shortened.
    pub excerpt: String,
}

impl Problem {
    /// A problem about `subject`, in one sentence.
    pub fn new(subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            message: message.into(),
            evidence: Vec::new(),
            hint: None,
            soft: false,
            hard: false,
            confidence: Confidence::Proven,
            severity: None,
            fleeting: false,
        }
    }

    /// Adds a message as evidence.
    pub fn message(self, message: &WireMessage) -> Self {
        self.at_pointer(message, "")
    }

    /// Adds a place within a message as evidence.
    pub fn at_pointer(mut self, message: &WireMessage, pointer: &str) -> Self {
        let excerpt = message.excerpt_at(pointer);
        let pointer = format!("{}{pointer}", message.pointer);
        self.evidence.push(Evidence {
            event: message.at.clone(),
            pointer: (!pointer.is_empty()).then_some(pointer),
            excerpt,
        });
        self
    }

    /// Adds request and answers of an exchange as evidence.
    pub fn exchange(mut self, exchange: &Exchange<'_>) -> Self {
        self = self.message(exchange.request);
        for response in exchange.responses.iter().take(2) {
            self = self.message(response);
        }
        self
    }

    /// Adds an event as evidence, with a short account of it.
    pub fn event(mut self, event: &Event, excerpt: impl Into<String>) -> Self {
        self.evidence.push(Evidence {
            event: event.reference(),
            pointer: None,
            excerpt: excerpt.into(),
        });
        self
    }

    /// Adds what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Never more than a warning.
    pub fn at_most_warned(mut self) -> Self {
        self.soft = true;
        self
    }

    /// As sure as this, where the bytes do not prove it.
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Of this severity, in place of that of the security check.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// A failure whatever the level: see [`Problem::hard`].
    pub fn outright(mut self) -> Self {
        self.hard = true;
        self
    }
}
