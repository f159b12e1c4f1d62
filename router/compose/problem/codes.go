package problem

// Code names the rule an error comes from. The names are those of the public Apollo Federation error reference, so that
// tools written for them keep working.
type Code string

// The error codes.
const (
	InvalidGraphQL                                Code = "INVALID_GRAPHQL"
	DirectiveDefinitionInvalid                    Code = "DIRECTIVE_DEFINITION_INVALID"
	TypeDefinitionInvalid                         Code = "TYPE_DEFINITION_INVALID"
	UnsupportedLinkedFeature                      Code = "UNSUPPORTED_LINKED_FEATURE"
	UnknownFederationLinkVersion                  Code = "UNKNOWN_FEDERATION_LINK_VERSION"
	UnknownLinkVersion                            Code = "UNKNOWN_LINK_VERSION"
	KeyFieldsHasArgs                              Code = "KEY_FIELDS_HAS_ARGS"
	ProvidesFieldsHasArgs                         Code = "PROVIDES_FIELDS_HAS_ARGS"
	ProvidesFieldsMissingExternal                 Code = "PROVIDES_FIELDS_MISSING_EXTERNAL"
	RequiresFieldsMissingExternal                 Code = "REQUIRES_FIELDS_MISSING_EXTERNAL"
	KeyUnsupportedOnInterface                     Code = "KEY_UNSUPPORTED_ON_INTERFACE"
	ProvidesUnsupportedOnInterface                Code = "PROVIDES_UNSUPPORTED_ON_INTERFACE"
	RequiresUnsupportedOnInterface                Code = "REQUIRES_UNSUPPORTED_ON_INTERFACE"
	ExternalUnused                                Code = "EXTERNAL_UNUSED"
	ExternalCollisionWithAnotherDirective         Code = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE"
	TypeWithOnlyUnusedExternal                    Code = "TYPE_WITH_ONLY_UNUSED_EXTERNAL"
	ProvidesOnNonObjectField                      Code = "PROVIDES_ON_NON_OBJECT_FIELD"
	KeyInvalidFieldsType                          Code = "KEY_INVALID_FIELDS_TYPE"
	ProvidesInvalidFieldsType                     Code = "PROVIDES_INVALID_FIELDS_TYPE"
	RequiresInvalidFieldsType                     Code = "REQUIRES_INVALID_FIELDS_TYPE"
	KeyInvalidFields                              Code = "KEY_INVALID_FIELDS"
	ProvidesInvalidFields                         Code = "PROVIDES_INVALID_FIELDS"
	RequiresInvalidFields                         Code = "REQUIRES_INVALID_FIELDS"
	KeyFieldsSelectInvalidType                    Code = "KEY_FIELDS_SELECT_INVALID_TYPE"
	RootQueryUsed                                 Code = "ROOT_QUERY_USED"
	RootMutationUsed                              Code = "ROOT_MUTATION_USED"
	RootSubscriptionUsed                          Code = "ROOT_SUBSCRIPTION_USED"
	InvalidSubgraphName                           Code = "INVALID_SUBGRAPH_NAME"
	NoQueries                                     Code = "NO_QUERIES"
	InterfaceFieldNoImplem                        Code = "INTERFACE_FIELD_NO_IMPLEM"
	TypeKindMismatch                              Code = "TYPE_KIND_MISMATCH"
	ContextNotSet                                 Code = "CONTEXT_NOT_SET"
	ContextInvalidSelection                       Code = "CONTEXT_INVALID_SELECTION"
	NoContextInSelection                          Code = "NO_CONTEXT_IN_SELECTION"
	ContextNoResolvableKey                        Code = "CONTEXT_NO_RESOLVABLE_KEY"
	ContextNameInvalid                            Code = "CONTEXT_NAME_INVALID"
	ExternalTypeMismatch                          Code = "EXTERNAL_TYPE_MISMATCH"
	ExternalArgumentMissing                       Code = "EXTERNAL_ARGUMENT_MISSING"
	ExternalArgumentTypeMismatch                  Code = "EXTERNAL_ARGUMENT_TYPE_MISMATCH"
	ExternalArgumentDefaultMismatch               Code = "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH"
	ExternalOnInterface                           Code = "EXTERNAL_ON_INTERFACE"
	MergedDirectiveApplicationOnExternal          Code = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"
	FieldTypeMismatch                             Code = "FIELD_TYPE_MISMATCH"
	FieldArgumentTypeMismatch                     Code = "FIELD_ARGUMENT_TYPE_MISMATCH"
	InputFieldDefaultMismatch                     Code = "INPUT_FIELD_DEFAULT_MISMATCH"
	FieldArgumentDefaultMismatch                  Code = "FIELD_ARGUMENT_DEFAULT_MISMATCH"
	ExtensionWithNoBase                           Code = "EXTENSION_WITH_NO_BASE"
	ExternalMissingOnBase                         Code = "EXTERNAL_MISSING_ON_BASE"
	InvalidFieldSharing                           Code = "INVALID_FIELD_SHARING"
	InvalidShareableUsage                         Code = "INVALID_SHAREABLE_USAGE"
	InvalidLinkDirectiveUsage                     Code = "INVALID_LINK_DIRECTIVE_USAGE"
	InvalidLinkIdentifier                         Code = "INVALID_LINK_IDENTIFIER"
	LinkImportNameMismatch                        Code = "LINK_IMPORT_NAME_MISMATCH"
	ReferencedInaccessible                        Code = "REFERENCED_INACCESSIBLE"
	DefaultValueUsesInaccessible                  Code = "DEFAULT_VALUE_USES_INACCESSIBLE"
	QueryRootTypeInaccessible                     Code = "QUERY_ROOT_TYPE_INACCESSIBLE"
	RequiredInaccessible                          Code = "REQUIRED_INACCESSIBLE"
	DisallowedInaccessible                        Code = "DISALLOWED_INACCESSIBLE"
	ImplementedByInaccessible                     Code = "IMPLEMENTED_BY_INACCESSIBLE"
	OnlyInaccessibleChildren                      Code = "ONLY_INACCESSIBLE_CHILDREN"
	RequiredArgumentMissingInSomeSubgraph         Code = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"
	RequiredInputFieldMissingInSomeSubgraph       Code = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"
	EmptyMergedInputType                          Code = "EMPTY_MERGED_INPUT_TYPE"
	EnumValueMismatch                             Code = "ENUM_VALUE_MISMATCH"
	EmptyMergedEnumType                           Code = "EMPTY_MERGED_ENUM_TYPE"
	ShareableHasMismatchedRuntimeTypes            Code = "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES"
	SatisfiabilityError                           Code = "SATISFIABILITY_ERROR"
	OverrideCollisionWithAnotherDirective         Code = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
	OverrideFromSelfError                         Code = "OVERRIDE_FROM_SELF_ERROR"
	OverrideSourceHasOverride                     Code = "OVERRIDE_SOURCE_HAS_OVERRIDE"
	OverrideOnInterface                           Code = "OVERRIDE_ON_INTERFACE"
	OverrideLabelInvalid                          Code = "OVERRIDE_LABEL_INVALID"
	UnsupportedFeature                            Code = "UNSUPPORTED_FEATURE"
	KeyDirectiveInFieldsArg                       Code = "KEY_DIRECTIVE_IN_FIELDS_ARG"
	ProvidesDirectiveInFieldsArg                  Code = "PROVIDES_DIRECTIVE_IN_FIELDS_ARG"
	RequiresDirectiveInFieldsArg                  Code = "REQUIRES_DIRECTIVE_IN_FIELDS_ARG"
	DirectiveCompositionError                     Code = "DIRECTIVE_COMPOSITION_ERROR"
	InterfaceObjectUsageError                     Code = "INTERFACE_OBJECT_USAGE_ERROR"
	InterfaceKeyNotOnImplementation               Code = "INTERFACE_KEY_NOT_ON_IMPLEMENTATION"
	InterfaceKeyMissingImplementationType         Code = "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"
	ContextualArgumentNotContextualInAllSubgraphs Code = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
	CostAppliedToInterfaceField                   Code = "COST_APPLIED_TO_INTERFACE_FIELD"
	ListSizeAppliedToNonList                      Code = "LIST_SIZE_APPLIED_TO_NON_LIST"
	ListSizeInvalidAssumedSize                    Code = "LIST_SIZE_INVALID_ASSUMED_SIZE"
	ListSizeInvalidSizedField                     Code = "LIST_SIZE_INVALID_SIZED_FIELD"
	ListSizeInvalidSlicingArgument                Code = "LIST_SIZE_INVALID_SLICING_ARGUMENT"
	MaxValidationSubgraphPathsExceeded            Code = "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"
	AuthRequirementsAppliedOnInterface            Code = "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE"
	CacheTagInvalidFormat                         Code = "CACHE_TAG_INVALID_FORMAT"
	CacheTagInvalidFormatArgumentOnEntity         Code = "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ENTITY"
	CacheTagInvalidFormatArgumentOnRootField      Code = "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ROOT_FIELD"
	CacheTagAppliedToNonRootField                 Code = "CACHE_TAG_APPLIED_TO_NON_ROOT_FIELD"
	CacheTagEntityNotResolvable                   Code = "CACHE_TAG_ENTITY_NOT_RESOLVABLE"
	MissingTransitiveAuthRequirements             Code = "MISSING_TRANSITIVE_AUTH_REQUIREMENTS"
)

// HintCode names the rule a hint comes from, as in the public Apollo Federation hint reference.
type HintCode string

// The hint codes.
const (
	HintInconsistentButCompatibleFieldType            HintCode = "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE"
	HintInconsistentButCompatibleArgumentType         HintCode = "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE"
	HintInconsistentDefaultValuePresence              HintCode = "INCONSISTENT_DEFAULT_VALUE_PRESENCE"
	HintInconsistentEntity                            HintCode = "INCONSISTENT_ENTITY"
	HintInconsistentObjectValueTypeField              HintCode = "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD"
	HintInconsistentInterfaceValueTypeField           HintCode = "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD"
	HintInconsistentInputObjectField                  HintCode = "INCONSISTENT_INPUT_OBJECT_FIELD"
	HintInconsistentUnionMember                       HintCode = "INCONSISTENT_UNION_MEMBER"
	HintInconsistentEnumValueForInputEnum             HintCode = "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM"
	HintInconsistentEnumValueForOutputEnum            HintCode = "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM"
	HintInconsistentTypeSystemDirectiveRepeatable     HintCode = "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE"
	HintInconsistentTypeSystemDirectiveLocations      HintCode = "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS"
	HintInconsistentExecutableDirectivePresence       HintCode = "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE"
	HintNoExecutableDirectiveIntersection             HintCode = "NO_EXECUTABLE_DIRECTIVE_INTERSECTION"
	HintInconsistentExecutableDirectiveRepeatable     HintCode = "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE"
	HintInconsistentExecutableDirectiveLocations      HintCode = "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS"
	HintInconsistentDescription                       HintCode = "INCONSISTENT_DESCRIPTION"
	HintInconsistentArgumentPresence                  HintCode = "INCONSISTENT_ARGUMENT_PRESENCE"
	HintFromSubgraphDoesNotExist                      HintCode = "FROM_SUBGRAPH_DOES_NOT_EXIST"
	HintOverriddenFieldCanBeRemoved                   HintCode = "OVERRIDDEN_FIELD_CAN_BE_REMOVED"
	HintOverrideDirectiveCanBeRemoved                 HintCode = "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED"
	HintOverrideMigrationInProgress                   HintCode = "OVERRIDE_MIGRATION_IN_PROGRESS"
	HintUnusedEnumType                                HintCode = "UNUSED_ENUM_TYPE"
	HintInconsistentNonRepeatableDirectiveArguments   HintCode = "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"
	HintMergedNonRepeatableDirectiveArguments         HintCode = "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS"
	HintDirectiveCompositionInfo                      HintCode = "DIRECTIVE_COMPOSITION_INFO"
	HintDirectiveCompositionWarn                      HintCode = "DIRECTIVE_COMPOSITION_WARN"
	HintInconsistentRuntimeTypesForShareableReturn    HintCode = "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN"
	HintImplicitlyUpgradedFederationVersion           HintCode = "IMPLICITLY_UPGRADED_FEDERATION_VERSION"
	HintContextualArgumentNotContextualInAllSubgraphs HintCode = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
)

var severities = map[HintCode]Severity{
	HintInconsistentButCompatibleFieldType:            Info,
	HintInconsistentButCompatibleArgumentType:         Info,
	HintInconsistentDefaultValuePresence:              Warning,
	HintInconsistentEntity:                            Info,
	HintInconsistentObjectValueTypeField:              Debug,
	HintInconsistentInterfaceValueTypeField:           Debug,
	HintInconsistentInputObjectField:                  Warning,
	HintInconsistentUnionMember:                       Debug,
	HintInconsistentEnumValueForInputEnum:             Warning,
	HintInconsistentEnumValueForOutputEnum:            Debug,
	HintInconsistentTypeSystemDirectiveRepeatable:     Debug,
	HintInconsistentTypeSystemDirectiveLocations:      Debug,
	HintInconsistentExecutableDirectivePresence:       Warning,
	HintNoExecutableDirectiveIntersection:             Warning,
	HintInconsistentExecutableDirectiveRepeatable:     Warning,
	HintInconsistentExecutableDirectiveLocations:      Warning,
	HintInconsistentDescription:                       Warning,
	HintInconsistentArgumentPresence:                  Warning,
	HintFromSubgraphDoesNotExist:                      Warning,
	HintOverriddenFieldCanBeRemoved:                   Info,
	HintOverrideDirectiveCanBeRemoved:                 Info,
	HintOverrideMigrationInProgress:                   Info,
	HintUnusedEnumType:                                Debug,
	HintInconsistentNonRepeatableDirectiveArguments:   Warning,
	HintMergedNonRepeatableDirectiveArguments:         Info,
	HintDirectiveCompositionInfo:                      Info,
	HintDirectiveCompositionWarn:                      Warning,
	HintInconsistentRuntimeTypesForShareableReturn:    Warning,
	HintImplicitlyUpgradedFederationVersion:           Info,
	HintContextualArgumentNotContextualInAllSubgraphs: Info,
}

// Severity returns how much attention hints of this code deserve.
func (c HintCode) Severity() Severity { return severities[c] }
