#include "formation/template_reads.h"

#include <map>

#include "base/result.h"
#include "formation/asked.h"
#include "formation/stacks.h"

namespace gust::formation {

namespace cf = aws::cloudformation;

rt::Task<aws::Answer<cf::ValidateTemplateOutput>> TemplateReads::validate(const aws::Call& call,
                                                                          cf::ValidateTemplateInput input) {
  const auto services = runner_.services_for(call.caller);
  CO_TRY(const std::string text, co_await read_source(*services, {.body = std::move(input.template_body),
                                                                  .url = std::move(input.template_url)}));
  CO_TRY(const Json json, read_template_text(text));
  CO_TRY(const Template made, read_template(json));
  cf::ValidateTemplateOutput output;
  output.description = made.description;
  for (const auto& [name, parameter] : made.parameters) {
    output.parameters.push_back({name, parameter.default_value, parameter.no_echo, parameter.description});
  }
  co_return output;
}

rt::Task<aws::Answer<cf::GetTemplateSummaryOutput>> TemplateReads::summarize(const aws::Call& call,
                                                                             cf::GetTemplateSummaryInput input) {
  if (input.stack_set_name) co_return invalid("StackSetName is not supported by this service");
  std::string text;
  if (input.stack_name) {
    CO_TRY(const StoredStack stored, co_await find_stack(store_, *input.stack_name));
    text = stored.stack.wanted.template_text;
  } else {
    const auto services = runner_.services_for(call.caller);
    CO_TRY(text, co_await read_source(*services,
                                      {.body = std::move(input.template_body), .url = std::move(input.template_url)}));
  }
  CO_TRY(const Json json, read_template_text(text));
  CO_TRY(const Template made, read_template(json));
  cf::GetTemplateSummaryOutput output;
  output.description = made.description;
  output.version = "2010-09-09";
  if (!made.metadata.is_null()) output.metadata = made.metadata.dump();
  for (const auto& [name, parameter] : made.parameters) {
    cf::ParameterDeclaration declared{
        name, parameter.default_value, parameter.type, parameter.no_echo, parameter.description, {}};
    if (!parameter.allowed_values.empty())
      declared.parameter_constraints = cf::ParameterConstraints{parameter.allowed_values};
    output.parameters.push_back(std::move(declared));
  }
  std::map<std::string, std::vector<std::string>> by_type;
  for (const auto& [name, resource] : made.resources) by_type[resource.type].push_back(name);
  for (const auto& [type, names] : by_type) {
    output.resource_types.push_back(type);
    output.resource_identifier_summaries.push_back({type, names, {}});
  }
  co_return output;
}

}  // namespace gust::formation
