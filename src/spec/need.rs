//! What has to be there before a requirement can be judged.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a need is met from, which decides what its absence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Declared, or left undeclared, by server or client: unmet makes the rule not applicable.
    Capability,
    /// Seen in the server's behaviour: unmet makes the rule not applicable, or not yet seen.
    Situation,
    /// Given by the user or by the policy for calling tools: unmet makes the rule inconclusive.
    Means,
}

macro_rules! needs {
    ($($family:ident { $($variant:ident = $phrase:literal,)+ })+) => {
        /// A precondition of a requirement, from the closed list the catalogue may use.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "kebab-case")]
        pub enum Need {
            $($(#[doc = $phrase] $variant,)+)+
        }

        impl Need {
            /// Every need, by family.
            pub const ALL: &'static [Self] = &[$($(Self::$variant,)+)+];

            /// What its absence means.
            pub const fn family(self) -> Family {
                match self {
                    $($(Self::$variant)|+ => Family::$family,)+
                }
            }

            /// A phrase that completes "this is judged when ...".
            pub const fn phrase(self) -> &'static str {
                match self {
                    $($(Self::$variant => $phrase,)+)+
                }
            }
        }
    };
}

needs! {
    Capability {
        Tools = "the server declares tools",
        ToolsListChanged = "the server declares tools.listChanged",
        Resources = "the server declares resources",
        ResourcesListChanged = "the server declares resources.listChanged",
        ResourcesSubscribe = "the server declares resources.subscribe",
        Prompts = "the server declares prompts",
        PromptsListChanged = "the server declares prompts.listChanged",
        Completions = "the server declares completions",
        Logging = "the server declares logging",
        AnyList = "the server declares tools, prompts or resources",
        Tasks = "the server declares tasks",
        TasksList = "the server declares tasks.list",
        TasksCancel = "the server declares tasks.cancel",
        TasksToolsCall = "the server declares tasks.requests.tools.call",
        Extensions = "the server declares an extension",
        TasksExtension = "the server declares the extension io.modelcontextprotocol/tasks",
        ResourcesSubscribeAbsent = "the server declares resources without subscribe",
        CompletionsAbsent = "the server does not declare completions",
        TasksAbsent = "the server does not declare tasks",
        TasksToolsCallAbsent = "the server does not declare tasks.requests.tools.call",
        SomeCapabilityAbsent = "the server leaves at least one capability undeclared",
        ClientRoots = "mcp-check declares roots and the server asks for them",
        ClientSampling = "mcp-check declares sampling and the server asks for it",
        ClientSamplingTools = "mcp-check declares sampling.tools and the server asks for it",
        ClientElicitation = "mcp-check declares elicitation and the server asks for it",
        ClientElicitationUrl = "mcp-check declares elicitation.url and the server asks for it",
        ClientTasks = "mcp-check declares tasks and the server asks for one",
        ClientCapabilityWithheld = "mcp-check leaves a client capability undeclared",
    }
    Situation {
        AnswersInitialize = "the server answers initialize",
        ModernOnly = "the server speaks 2026-07-28 and no revision with a handshake",
        SendsRequest = "the server sends a request of its own",
        SendsCancelled = "the server sends notifications/cancelled",
        SendsProgress = "the server sends notifications/progress",
        SendsLog = "the server sends notifications/message",
        AnswersWithSse = "the server answers with an event stream",
        GetStream = "the server offers an event stream by GET",
        EventIds = "the server gives its events ids",
        SessionId = "the server issues a session id",
        AcceptsBatches = "the server accepts batches",
        MoreThanOnePage = "a listing has more than one page",
        InputRequired = "the server answers with input_required",
        RequestState = "the server sends a requestState",
        ListenStream = "the server serves subscriptions/listen",
        SubscriptionEnds = "the server ends a subscription on its own",
        DemandsToken = "the server demands an access token",
        ProtectedResourceMetadata = "protected resource metadata was found",
        AuthorizationServerMetadata = "authorization server metadata was found",
        ListedResource = "the server lists a resource",
        ResourceTemplate = "the server lists a resource template",
        ListedPrompt = "the server lists a prompt",
        PromptWithArguments = "the server lists a prompt with arguments",
        OutputSchema = "the server lists a tool with an outputSchema",
        HeaderParameter = "the server lists a tool with an x-mcp-header parameter",
        RelevantContent = "the server shows content of the kind the rule speaks about",
    }
    Means {
        SafeTool = "a suitable tool may be called",
        SlowTool = "a slow tool is configured",
        AskingTool = "a tool that asks for client input is configured or may be called",
        ChangeTrigger = "a way to change a resource or a list is configured",
        Fixture = "something with known behaviour is configured",
        OwnProcess = "mcp-check started the server, or its address is loopback",
        ValidToken = "a valid access token is configured",
        OtherToken = "a token of the particular kind is configured",
        SecondPrincipal = "credentials of a second user are configured",
        TestClient = "a test client may be registered at the authorization server",
        CallbackListener = "the server can reach a listener of mcp-check",
    }
}

impl Need {
    /// Path in the server's capabilities that has to be present, for needs that one declared
    /// member meets. The `subscribe` and `listChanged` members also have to be `true`.
    pub const fn capability(self) -> Option<&'static [&'static str]> {
        Some(match self {
            Self::Tools => &["tools"],
            Self::ToolsListChanged => &["tools", "listChanged"],
            Self::Resources => &["resources"],
            Self::ResourcesListChanged => &["resources", "listChanged"],
            Self::ResourcesSubscribe => &["resources", "subscribe"],
            Self::Prompts => &["prompts"],
            Self::PromptsListChanged => &["prompts", "listChanged"],
            Self::Completions => &["completions"],
            Self::Logging => &["logging"],
            Self::Tasks => &["tasks"],
            Self::TasksList => &["tasks", "list"],
            Self::TasksCancel => &["tasks", "cancel"],
            Self::TasksToolsCall => &["tasks", "requests", "tools", "call"],
            Self::Extensions => &["extensions"],
            Self::TasksExtension => &["extensions", "io.modelcontextprotocol/tasks"],
            _ => return None,
        })
    }
}

impl fmt::Display for Need {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.phrase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::catalogue;

    #[test]
    fn every_need_is_used_by_some_requirement() {
        for need in Need::ALL {
            let used = catalogue().iter().any(|row| row.needs.contains(need));
            assert!(used, "{need:?} is in the list but no requirement needs it");
        }
    }

    #[test]
    fn families_are_contiguous_and_complete() {
        assert!(Need::ALL.is_sorted_by_key(|need| need.family()));
        assert_eq!(Need::Tools.family(), Family::Capability);
        assert_eq!(Need::SessionId.family(), Family::Situation);
        assert_eq!(Need::SafeTool.family(), Family::Means);
    }

    #[test]
    fn names_are_kebab_case_and_only_capabilities_have_paths() {
        let json = serde_json::to_string(&Need::ResourcesSubscribeAbsent).unwrap();
        assert_eq!(json, "\"resources-subscribe-absent\"");
        for need in Need::ALL {
            assert!(need.capability().is_none() || need.family() == Family::Capability);
        }
    }
}
