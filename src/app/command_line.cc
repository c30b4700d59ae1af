#include "app/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

#include "app/credentials_command.h"
#include "app/explain_command.h"
#include "app/settings.h"
#include "app/trust_command.h"
#include "app/up.h"

namespace gust::app {
namespace {

constexpr int wrong_usage = 2;

SettingSource environment_source() {
  SettingSource source{.title = "environment", .values = {}, .places = {}};
  for (const SettingRow& row : settings_table()) {
    const std::string variable = variable_of(row);
    if (const char* value = std::getenv(variable.c_str())) {
      source.values[std::string(row.name)] = value;
      source.places[std::string(row.name)] = variable;
    }
  }
  return source;
}

std::expected<SettingSource, Complaints> file_source(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::unexpected(Complaints{fmt::format("cannot read the settings file {}", path)});
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return read_settings_file(text, path);
}

int complain(const Complaints& complaints) {
  for (const std::string& complaint : complaints) std::fprintf(stderr, "gustfront: %s\n", complaint.c_str());
  return wrong_usage;
}

int up(const std::map<std::string, std::string>& flags, const std::string& file) {
  SettingSource flag_source{.title = "flags", .values = flags, .places = {}};
  for (const SettingRow& row : settings_table()) flag_source.places[std::string(row.name)] = flag_of(row);
  std::vector<SettingSource> sources{std::move(flag_source), environment_source()};
  if (!file.empty()) {
    auto read = file_source(file);
    if (!read) return complain(read.error());
    sources.push_back(std::move(*read));
  }
  const auto settings = make_settings(sources);
  if (!settings) return complain(settings.error());
  hold_stop_signals();
  return run_up(*settings);
}

// The data folder that a command beside `up` means.
std::expected<std::string, Complaints> folder_of(const std::optional<std::string>& data) {
  SettingSource flags{.title = "flags", .values = {}, .places = {{"data", "--data"}}};
  if (data) flags.values["data"] = *data;
  const SettingSource environment = environment_source();
  SettingSource of_data{.title = environment.title, .values = {}, .places = environment.places};
  if (const auto given = environment.values.find("data"); given != environment.values.end())
    of_data.values.insert(*given);
  const std::vector<SettingSource> sources{std::move(flags), std::move(of_data)};
  const auto settings = make_settings(sources);
  if (!settings) return std::unexpected(settings.error());
  return settings->data;
}

int explain(ExplainOptions& options, const std::optional<std::string>& data) {
  const auto folder = folder_of(data);
  if (!folder) return complain(folder.error());
  options.data = *folder;
  return run_explain(options);
}

int rotate_credentials(const std::optional<std::string>& data) {
  const auto folder = folder_of(data);
  return folder ? run_credentials_rotate(*folder) : complain(folder.error());
}

int trust(TrustOptions options, const std::optional<std::string>& data) {
  const auto folder = folder_of(data);
  if (!folder) return complain(folder.error());
  options.data = *folder;
  return run_trust(options);
}

}  // namespace

int run_command_line(int argument_count, const char* const* arguments) {
  CLI::App app("Gustfront: a content delivery network of your own that speaks CloudFront.", "gustfront");
  app.require_subcommand(1);
  app.footer("Start with: gustfront up");

  CLI::App* version_command = app.add_subcommand("version", "Print the version.");
  CLI::App* up_command =
      app.add_subcommand("up", "Run everything in one process: API, bucket store, one regional cache and the edges.");
  up_command->footer(
      "Every flag is also a variable (GUSTFRONT_EDGE_MEMORY) and a key of the --config file (edge_memory);\n"
      "a flag wins over the environment, that over the file.");
  std::map<std::string, std::string> flags;
  std::map<std::string, std::string> given;
  std::string file;
  up_command->add_option("--config", file, "YAML file of settings")->envname("GUSTFRONT_CONFIG")->type_name("FILE");
  for (const SettingRow& row : settings_table()) {
    const std::string help =
        row.fallback.empty() ? std::string(row.help) : fmt::format("{} [{}]", row.help, row.fallback);
    up_command->add_option(flag_of(row), given[std::string(row.name)], help)->type_name("");
  }

  CLI::App* explain_command = app.add_subcommand(
      "explain", "Ask a running edge why it answers a request as it does, and what would have made it a hit.");
  explain_command->footer(
      "The request is sent and answered as any other, unless --dry is given. Example:\n"
      "  gustfront explain -H 'Accept-Encoding: br' http://d111111abcdef8.cloudfront.localhost/a.css");
  ExplainOptions asked;
  std::optional<std::string> data;
  explain_command->add_option("URL", asked.url, "http://host/path?query; the host is the distribution's")->required();
  explain_command->add_option("-H,--header", asked.headers, "a header of the request, \"Name: value\"; may be repeated")
      ->type_name("HEADER")
      ->allow_extra_args(false);
  explain_command->add_option("--edge", asked.edge, "the edge to ask [that of the URL's port, or the first]")
      ->type_name("POP");
  explain_command->add_option("--method", asked.method, "the request's method [GET]")->type_name("METHOD");
  explain_command->add_flag("--json", asked.is_json, "print the decision record as JSON");
  explain_command->add_flag("--dry", asked.is_dry, "say what would happen; ask no origin and change nothing");
  explain_command->add_option("--data", data, "data folder of what runs, also GUSTFRONT_DATA [./gustfront-data]")
      ->type_name("FOLDER");

  CLI::App* credentials_command = app.add_subcommand("credentials", "The key pair of the account's root.");
  credentials_command->require_subcommand(1);
  CLI::App* rotate_command = credentials_command->add_subcommand(
      "rotate", "Make a new pair, also for what runs on the data folder; the one before is refused from then on.");
  rotate_command->add_option("--data", data, "data folder, also GUSTFRONT_DATA [./gustfront-data]")
      ->type_name("FOLDER");

  CLI::App* trust_command = app.add_subcommand(
      "trust", "Have this machine trust the certificates of the local authority, by its root in the system's store.");
  TrustOptions trusted;
  CLI::Option* print = trust_command->add_flag("--print", trusted.is_print, "print the root as PEM and change nothing");
  trust_command->add_flag("--remove", trusted.is_remove, "take the root out of the store again")->excludes(print);
  trust_command->add_option("--data", data, "data folder, also GUSTFRONT_DATA [./gustfront-data]")->type_name("FOLDER");

  const auto commands = app.get_subcommands([](CLI::App*) { return true; });
  const auto is_named = [&](const CLI::App* command) { return command->get_name() == arguments[1]; };
  if (argument_count > 1 && arguments[1][0] != '-' && std::ranges::none_of(commands, is_named)) {
    std::fprintf(stderr, "gustfront: there is no command \"%s\" (gustfront --help lists them)\n", arguments[1]);
    return wrong_usage;
  }
  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : wrong_usage;
  }
  if (version_command->parsed()) {
    std::printf("gustfront %s\n", GUST_VERSION);
    return 0;
  }
  if (explain_command->parsed()) return explain(asked, data);
  if (rotate_command->parsed()) return rotate_credentials(data);
  if (trust_command->parsed()) return trust(trusted, data);
  for (const auto& [name, value] : given) {
    std::string flag = "--" + name;
    std::replace(flag.begin(), flag.end(), '_', '-');
    if (up_command->count(flag) > 0) flags[name] = value;
  }
  return up(flags, file);
}

}  // namespace gust::app
