#include "app/credentials.h"

#include <nlohmann/json.hpp>

#include "app/small_file.h"
#include "base/text.h"
#include "rt/files.h"
#include "rt/loop.h"

namespace gust::app {
namespace {

std::string secret_bytes(rt::Loop& loop, std::size_t count) {
  std::string bytes(count, '\0');
  loop.fill_secret(bytes);
  return bytes;
}

Result<Credentials> read_credentials(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto has_text = [&](const char* name) {
    return json.is_object() && json.contains(name) && json[name].is_string();
  };
  if (!has_text("access_key_id") || !has_text("secret_access_key")) {
    return fail(Errc::corrupt, "credentials.json is damaged: restore it, or remove it to get a new key pair");
  }
  return Credentials{json["access_key_id"].get<std::string>(), json["secret_access_key"].get<std::string>()};
}

}  // namespace

Credentials make_credentials(rt::Loop& loop) {
  static constexpr std::string_view base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  Credentials made;
  made.access_key_id = "AKIA";
  for (const char c : secret_bytes(loop, 16)) made.access_key_id += base32[static_cast<unsigned char>(c) & 31];
  made.secret_access_key = base64_of(secret_bytes(loop, 30));
  return made;
}

std::string credentials_path(std::string_view folder) { return std::string(folder) + "/credentials.json"; }

rt::Task<Result<void>> write_credentials(rt::Loop& loop, std::string folder, Credentials pair) {
  const nlohmann::json json{{"access_key_id", pair.access_key_id}, {"secret_access_key", pair.secret_access_key}};
  std::string path = credentials_path(folder);
  co_return co_await write_small_file(loop.files(), std::move(folder), std::move(path), json.dump(2) + "\n");
}

rt::Task<Result<Credentials>> open_credentials(rt::Loop& loop, std::string folder) {
  rt::Files& files = loop.files();
  const std::string path = credentials_path(folder);
  const auto text = co_await read_small_file(files, path);
  if (text) co_return read_credentials(*text);
  if (text.error().code != Errc::not_found) co_return std::unexpected(text.error());
  const Credentials made = make_credentials(loop);
  CO_TRY_OK(co_await write_credentials(loop, std::move(folder), made));
  co_return made;
}

std::string make_run_secret(rt::Loop& loop) { return hex_of(secret_bytes(loop, 32)); }

Result<std::string> read_secret_digits(std::string_view text, std::string_view damaged) {
  constexpr std::size_t digits_of_secret = 64;
  const std::string_view digits = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  if (digits.size() != digits_of_secret || !bytes_of_hex(digits)) return fail(Errc::corrupt, damaged);
  return std::string(digits);
}

rt::Task<Result<std::string>> open_secret_file(rt::Loop& loop, std::string folder, std::string path,
                                               std::string_view damaged) {
  const auto text = co_await read_small_file(loop.files(), path);
  if (text) co_return read_secret_digits(*text, damaged);
  if (text.error().code != Errc::not_found) co_return std::unexpected(text.error());
  std::string made = make_run_secret(loop);
  CO_TRY_OK(co_await write_small_file(loop.files(), folder, path, made + "\n"));
  co_return made;
}

}  // namespace gust::app
