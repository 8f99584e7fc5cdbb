-- One household's server: accounts are made by `start`, nobody else is talked to.
local domain = os.getenv("XMPP_DOMAIN") or "xmpp.home.arpa"
local data = os.getenv("PROSODY_DATA") or "/var/lib/prosody"

data_path = data
pidfile = data .. "/prosody.pid"
log = { info = "*console" }

modules_enabled = {
    "roster", "saslauth", "tls", "disco", "pep", "ping", "time", "version", "smacks", "carbons", "csi_simple",
}
modules_disabled = { "s2s" }

authentication = "internal_hashed"
storage = "internal"
allow_registration = false
c2s_require_encryption = true

-- The module "limits" is left out: it would slow down what has no direct way from device to device
smacks_hibernation_time = 600

VirtualHost(domain)
    ssl = { key = data .. "/" .. domain .. ".key", certificate = data .. "/" .. domain .. ".crt" }
