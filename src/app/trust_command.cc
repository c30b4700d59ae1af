#include "app/trust_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "acm/x509.h"
#include "app/authority_files.h"

namespace gust::app {
namespace {

constexpr std::string_view system_folder = "/usr/local/share/ca-certificates";
constexpr const char* update_program = "/usr/sbin/update-ca-certificates";

int complain(const std::string& text) {
  std::fprintf(stderr, "gustfront trust: %s\n", text.c_str());
  return 1;
}

// Runs `program`, its output going nowhere.
bool run_quietly(const char* program) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  std::string name(program);
  std::array<char*, 2> arguments{name.data(), nullptr};
  pid_t child = 0;
  const bool is_started = posix_spawn(&child, program, &actions, nullptr, arguments.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  return is_started && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// A file name of its own for each root: the eight digits that its name ends in.
std::string file_name_of(const acm::CertificateFacts& root) {
  return fmt::format("gustfront-{}.crt", root.common_name.substr(root.common_name.rfind(' ') + 1));
}

void say_browsers(const std::string& root_path, const std::string& name) {
  std::fputs(fmt::format("Chromium and Firefox keep lists of their own (package libnss3-tools):\n"
                         "  certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n '{}' -i {}\n",
                         name, root_path)
                 .c_str(),
             stdout);
}

int install(const std::string& pem, const std::string& root_path, const std::string& installed,
            const acm::CertificateFacts& root) {
  std::ofstream file(installed, std::ios::trunc);
  file << pem;
  file.close();
  std::error_code failed;
  std::filesystem::permissions(installed, std::filesystem::perms(0644), failed);  // it is for all to read
  if (!file || failed || !run_quietly(update_program)) {
    return complain(fmt::format(
        "cannot change the system's store, which takes root. Either\n  sudo gustfront trust --data ...\nor\n"
        "  sudo cp {} {} && sudo update-ca-certificates",
        root_path, installed));
  }
  std::fputs(fmt::format("{} is trusted on this machine: {}\n", root.common_name, installed).c_str(), stdout);
  say_browsers(root_path, root.common_name);
  return 0;
}

int remove(const std::string& installed, const acm::CertificateFacts& root) {
  std::error_code failed;
  const bool was_there = std::filesystem::remove(installed, failed);
  if (failed || (was_there && !run_quietly(update_program))) {
    return complain(fmt::format(
        "cannot change the system's store, which takes root:\n  sudo rm {} && sudo update-ca-certificates", installed));
  }
  std::fputs(fmt::format("{} {}\n", root.common_name,
                         was_there ? "is no longer trusted on this machine." : "was not in the store.")
                 .c_str(),
             stdout);
  return 0;
}

}  // namespace

int run_trust(const TrustOptions& options) {
  const std::string root_path = authority_root_path(options.data);
  std::ifstream file(root_path);
  if (!file) return complain(fmt::format("there is no {}: gustfront up makes it at its first start", root_path));
  const std::string pem{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto root = acm::read_certificate_facts(pem);
  if (!root) return complain(fmt::format("{} is no certificate", root_path));
  if (options.is_print) {
    std::fputs(pem.c_str(), stdout);
    return 0;
  }
  const std::string installed = fmt::format("{}/{}", system_folder, file_name_of(*root));
  return options.is_remove ? remove(installed, *root) : install(pem, root_path, installed, *root);
}

}  // namespace gust::app
