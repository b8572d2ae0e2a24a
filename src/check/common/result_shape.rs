//! Which requirement a fault in the shape of a result breaks, so that one fault is one finding.

use super::{owned_elsewhere, place_of};
use crate::spec::{Era, Revision, SchemaFault};

/// The rule for results of methods that have none of their own.
pub const OTHER_METHODS: &str = "schema.results";

/// Every rule that [`rule_of`] may name.
pub const RULES: &[&str] = &[
    "prompts.get.result-shape",
    "prompts.list.result-shape",
    "resources.list.result-shape",
    "resources.read.result-shape",
    "resources.templates.list.result-shape",
    OTHER_METHODS,
    "tools.call.result-shape",
    "tools.list.result-shape",
];

/// The rule on the shape of a method's results.
pub fn rule_of(method: &str) -> &'static str {
    match method {
        "prompts/get" => "prompts.get.result-shape",
        "prompts/list" => "prompts.list.result-shape",
        "resources/list" => "resources.list.result-shape",
        "resources/read" => "resources.read.result-shape",
        "resources/templates/list" => "resources.templates.list.result-shape",
        "tools/call" => "tools.call.result-shape",
        "tools/list" => "tools.list.result-shape",
        _ => OTHER_METHODS,
    }
}

/// True when a schema fault in a result breaks [`rule_of`] its method, and no narrower rule.
pub fn is_judged_by_shape(revision: Revision, method: &str, fault: &SchemaFault) -> bool {
    let place = place_of(fault);
    let is_of_handshake = ["/protocolVersion", "/capabilities", "/serverInfo"].contains(&&*place);
    // subscriptions/messages has the id in the result of a listen.
    let is_of_subscription = method == "subscriptions/listen" && place.starts_with("/_meta");
    if owned_elsewhere(&place) || is_of_subscription || (method == "initialize" && is_of_handshake)
    {
        return false;
    }
    if revision.era() == Era::Handshake {
        return true;
    }
    let is_missing_member = fault.pointer.is_empty() && !place.is_empty();
    let starts = |prefix: &str| place.starts_with(prefix);
    // result/kind, meta/server-info, and the rules on input_required results.
    !((is_missing_member && rule_of(method) == OTHER_METHODS)
        || starts("/resultType")
        || starts("/_meta/io.modelcontextprotocol~1serverInfo")
        || starts("/inputRequests")
        || starts("/requestState"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::catalogue;

    #[test]
    fn every_rule_is_in_the_catalogue_and_leads_back_to_its_method() {
        for rule in RULES {
            assert!(catalogue().get(rule).is_some(), "{rule}");
            let method = rule.trim_end_matches(".result-shape").replace('.', "/");
            assert_eq!(rule_of(&method), *rule);
        }
        assert_eq!(rule_of("ping"), OTHER_METHODS);
    }
}
