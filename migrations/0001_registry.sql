-- The control plane's registry: the truth about documents and directories. KV is the gateway's copy of it.

-- Every version of every host's document. Nothing is ever taken out: the history outlives the tenant.
CREATE TABLE versions (
	host TEXT NOT NULL,
	version INTEGER NOT NULL,
	-- Milliseconds since 1970.
	at INTEGER NOT NULL,
	-- The token's name, or the identity at Cloudflare Access; and which of the two it is.
	by TEXT NOT NULL,
	via TEXT NOT NULL CHECK (via IN ('token', 'access')),
	action TEXT NOT NULL CHECK (action IN ('put', 'delete', 'rollback')),
	-- Of a rollback: the version that it brought back.
	restores INTEGER,
	-- Tells the statements of one transaction whether its first one wrote; before the document, which is long.
	mutation TEXT NOT NULL,
	-- NULL where the tenant was deleted.
	document TEXT,
	PRIMARY KEY (host, version)
);

-- The newest version of each host, for lists.
CREATE TABLE tenants (
	host TEXT PRIMARY KEY,
	-- What follows the host's first dot: a scope "*.acme.com" is an equality.
	parent TEXT NOT NULL,
	version INTEGER NOT NULL,
	alive INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX tenants_by_parent ON tenants (parent, host) WHERE alive = 1;

-- What stands in the origin directories.
CREATE TABLE directory_origins (
	directory TEXT NOT NULL,
	origin TEXT NOT NULL,
	at INTEGER NOT NULL,
	by TEXT NOT NULL,
	via TEXT NOT NULL,
	PRIMARY KEY (directory, origin)
) WITHOUT ROWID;

-- Who added and removed which origin, and when.
CREATE TABLE directory_changes (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	directory TEXT NOT NULL,
	origin TEXT NOT NULL,
	action TEXT NOT NULL CHECK (action IN ('add', 'remove')),
	at INTEGER NOT NULL,
	by TEXT NOT NULL,
	via TEXT NOT NULL CHECK (via IN ('token', 'access'))
);

CREATE INDEX directory_changes_by_origin ON directory_changes (directory, origin, id);

-- Keys of KV that have changed here. A row holds no value: what is written is what the key is at that moment.
CREATE TABLE outbox (
	key TEXT PRIMARY KEY,
	-- Counts the key's changes; and which of them KV has.
	change INTEGER NOT NULL,
	written INTEGER NOT NULL,
	changed_at INTEGER NOT NULL,
	-- Until then the key is somebody's to write, or KV takes no second write of it.
	leased_until INTEGER NOT NULL,
	lease TEXT
) WITHOUT ROWID;

CREATE INDEX outbox_open ON outbox (changed_at, key) WHERE written < change;
CREATE INDEX outbox_done ON outbox (leased_until) WHERE written = change;
