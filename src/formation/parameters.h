// The values of a template's parameters, checked.
//
// Source: CloudFormation User Guide, "Parameters". SSM parameters: this service keeps none; the one that templates of
//         the CDK read, /cdk-bootstrap/QUALIFIER/version, is answered with the newest version, as all that the CDK's
//         bootstrap stack would bring (roles, an asset bucket) is either not needed here or refused where it is used.
// Shape:  texts as the client sent them; lists are split when a function asks for them (expression.h).
// Errors: ValidationError 400 in the service's words.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "formation/template.h"

namespace gust::formation {

struct GivenParameter {
  std::string name, value;
  bool use_previous = false;
};

using ParameterValues = std::map<std::string, std::string>;

// `previous` are the values of the stack that is updated; null for a new one.
aws::Answer<ParameterValues> read_parameters(const Template& made, const std::vector<GivenParameter>& given,
                                             const ParameterValues* previous);

// The value of an SSM parameter, by its name.
aws::Answer<std::string> resolve_system_parameter(const std::string& name);

// As Ref gives it: a text, or the list of a list type.
Json value_of_parameter(const Parameter& parameter, const std::string& text);

}  // namespace gust::formation
