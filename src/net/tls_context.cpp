#include "net/tls_context.h"

namespace weir {
namespace ssl = boost::asio::ssl;

Result<std::shared_ptr<ssl::context>> MakeTlsContext(const SocketOptions& options) {
  if (!options.tls) return std::shared_ptr<ssl::context>();
  const auto method = options.serves ? ssl::context::tls_server : ssl::context::tls_client;
  auto context = std::make_shared<ssl::context>(method);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  boost::system::error_code error;
  const auto failed = [&](const std::string& path) {
    return Status(StatusCode::kNotFound, path + ": " + error.message());
  };
  if (!options.certificate.empty()) {
    context->use_certificate_chain_file(options.certificate, error);
    if (error) return failed(options.certificate);
    context->use_private_key_file(options.key, ssl::context::pem, error);
    if (error) return failed(options.key);
  }
  if (!options.authority.empty()) {
    context->load_verify_file(options.authority, error);
    if (error) return failed(options.authority);
  } else if (!options.serves) {
    context->set_default_verify_paths(error);
  }
  if (!options.serves) {
    context->set_verify_mode(ssl::verify_peer, error);
  } else if (!options.authority.empty()) {
    context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert, error);
  }
  if (error) return failed("TLS");
  return context;
}

}  // namespace weir
