// Properties: what a template says of a resource, in the form that the service's API takes.
//
// Source: CloudFormation Resource Reference (AWS::CloudFront::*), against the service model's shapes. A template writes
//         a plain list where the API has {Quantity, Items}, some names otherwise (OriginCustomHeaders), and numbers and
//         truth values as texts too.
// Shape:  model-driven: one walk over the shape; only the exceptions are a table.
// Errors: ValidationError 400, as the service words them: "Properties validation failed for resource ...".
#pragma once

#include <string_view>

#include "aws/shape.h"
#include "formation/template_text.h"

namespace gust::formation {

// `path` is the place in the template, such as "#/DistributionConfig".
aws::Answer<Json> to_api(const aws::Shape& shape, const Json& property, std::string_view path);

// The input shape's member `name` of an operation; null where there is none.
const aws::Operation* find_operation(const aws::Service& service, std::string_view name);
const aws::Shape* member_shape(const aws::Shape& shape, std::string_view name);

}  // namespace gust::formation
