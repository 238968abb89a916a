-- revision 0020
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE archive_series (
	id VARCHAR(36) NOT NULL, 
	prefix TEXT NOT NULL, 
	year INTEGER NOT NULL, 
	last_item INTEGER NOT NULL, 
	CONSTRAINT pk_archive_series PRIMARY KEY (id), 
	CONSTRAINT uq_archive_series_prefix UNIQUE (prefix)
);
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	actor_id VARCHAR(36) NOT NULL, 
	verb VARCHAR(48) NOT NULL, 
	object_id VARCHAR(64) NOT NULL, 
	detail TEXT NOT NULL, 
	previous VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (seq), 
	CONSTRAINT uq_audit_hash UNIQUE (hash)
);
CREATE TABLE children (
	id VARCHAR(36) NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	name TEXT NOT NULL, 
	name_norm TEXT NOT NULL, 
	pinyin TEXT NOT NULL, 
	initials TEXT NOT NULL, 
	id_number VARCHAR(18), 
	birth_date DATE, 
	sex VARCHAR(1) NOT NULL, 
	household_division VARCHAR(12) NOT NULL, 
	residence_division VARCHAR(12) NOT NULL, 
	created_at DATETIME NOT NULL, 
	exited_on DATE, 
	exit_reason TEXT NOT NULL, pinyin_plain TEXT DEFAULT '' NOT NULL, id_reversed VARCHAR(18), current_registration_id VARCHAR(36), scope VARCHAR(12) DEFAULT '' NOT NULL, store_id VARCHAR(36), 
	CONSTRAINT pk_children PRIMARY KEY (id), 
	CONSTRAINT ck_children_child_state CHECK (state IN ('active', 'exited'))
);
CREATE INDEX ix_children_household_division ON children (household_division);
CREATE INDEX ix_children_name_norm_birth_date ON children (name_norm, birth_date);
CREATE INDEX ix_children_residence_division ON children (residence_division);
CREATE TABLE forms_used (
	form_id VARCHAR(64) NOT NULL, 
	version VARCHAR(32) NOT NULL, 
	title TEXT NOT NULL, 
	definition BLOB NOT NULL, 
	first_used_at DATETIME NOT NULL, 
	CONSTRAINT pk_forms_used PRIMARY KEY (form_id, version)
);
CREATE TABLE locations (
	id VARCHAR(36) NOT NULL, 
	storeroom TEXT NOT NULL, 
	area TEXT NOT NULL, 
	"row" TEXT NOT NULL, 
	rack TEXT NOT NULL, 
	shelf TEXT NOT NULL, 
	CONSTRAINT pk_locations PRIMARY KEY (id), 
	CONSTRAINT uq_locations_storeroom_area_row_rack_shelf UNIQUE (storeroom, area, "row", rack, shelf)
);
CREATE TABLE office (
	id INTEGER NOT NULL, 
	store_id VARCHAR(36) NOT NULL, 
	name TEXT NOT NULL, 
	division VARCHAR(12) NOT NULL, 
	created_at DATETIME NOT NULL, 
	signing_private BLOB NOT NULL, 
	signing_public BLOB NOT NULL, 
	last_sequence INTEGER NOT NULL, 
	logins_taken INTEGER NOT NULL, exchange_private BLOB, exchange_public BLOB, 
	CONSTRAINT pk_office PRIMARY KEY (id), 
	CONSTRAINT ck_office_only_one CHECK (id = 1)
);
CREATE TABLE rounds (
	id VARCHAR(36) NOT NULL, 
	name TEXT NOT NULL, 
	as_of DATE NOT NULL, 
	opens DATE NOT NULL, 
	closes DATE NOT NULL, 
	closed_at DATETIME, division VARCHAR(12) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_rounds PRIMARY KEY (id), 
	CONSTRAINT uq_rounds_name UNIQUE (name)
);
CREATE TABLE settings (
	"key" VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_settings PRIMARY KEY ("key")
);
CREATE TABLE batches (
	id VARCHAR(36) NOT NULL, 
	number VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	round_id VARCHAR(36), 
	created_at DATETIME NOT NULL, 
	created_by VARCHAR(36) NOT NULL, 
	frozen_at DATETIME, 
	frozen_by VARCHAR(36), 
	rows_hash VARCHAR(64) NOT NULL, division VARCHAR(12) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_batches PRIMARY KEY (id), 
	CONSTRAINT fk_batches_created_by FOREIGN KEY(created_by) REFERENCES users (id), 
	CONSTRAINT fk_batches_frozen_by FOREIGN KEY(frozen_by) REFERENCES users (id), 
	CONSTRAINT fk_batches_round_id FOREIGN KEY(round_id) REFERENCES rounds (id), 
	CONSTRAINT uq_batches_number UNIQUE (number), 
	CONSTRAINT ck_batches_batch_state CHECK (state IN ('open', 'frozen', 'written'))
);
CREATE TABLE boxes (
	id VARCHAR(36) NOT NULL, 
	number TEXT NOT NULL, 
	location_id VARCHAR(36), 
	CONSTRAINT pk_boxes PRIMARY KEY (id), 
	CONSTRAINT fk_boxes_location_id FOREIGN KEY(location_id) REFERENCES locations (id), 
	CONSTRAINT uq_boxes_location_id_number UNIQUE (location_id, number)
);
CREATE TABLE registrations (
	id VARCHAR(36) NOT NULL, 
	store_id VARCHAR(36) NOT NULL, 
	sequence INTEGER NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	form_id VARCHAR(64) NOT NULL, 
	form_version VARCHAR(32) NOT NULL, 
	form_date DATE, 
	collection VARCHAR(24) NOT NULL, 
	notice_given BOOLEAN, 
	round_id VARCHAR(36), 
	child_id VARCHAR(36), 
	pinned BOOLEAN NOT NULL, 
	notes TEXT NOT NULL, 
	taken_in_at DATETIME NOT NULL, 
	verified_at DATETIME, 
	verified_by VARCHAR(36), 
	reviewed_at DATETIME, 
	reviewed_by VARCHAR(36), 
	sent_back_reason TEXT NOT NULL, division VARCHAR(12) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_registrations PRIMARY KEY (id), 
	CONSTRAINT fk_registrations_child_id FOREIGN KEY(child_id) REFERENCES children (id), 
	CONSTRAINT fk_registrations_form_id_form_version FOREIGN KEY(form_id, form_version) REFERENCES forms_used (form_id, version), 
	CONSTRAINT fk_registrations_reviewed_by FOREIGN KEY(reviewed_by) REFERENCES users (id), 
	CONSTRAINT fk_registrations_round_id FOREIGN KEY(round_id) REFERENCES rounds (id), 
	CONSTRAINT fk_registrations_verified_by FOREIGN KEY(verified_by) REFERENCES users (id), 
	CONSTRAINT uq_registrations_store_id_sequence UNIQUE (store_id, sequence), 
	CONSTRAINT ck_registrations_child_when_verified CHECK (state = 'draft' OR child_id IS NOT NULL), 
	CONSTRAINT ck_registrations_registration_state CHECK (state IN ('draft', 'verified', 'reviewed', 'sent_back')), 
	CONSTRAINT ck_registrations_time_when_verified CHECK (state = 'draft' OR verified_at IS NOT NULL)
);
CREATE INDEX ix_registrations_child_id_form_date_verified_at_id ON registrations (child_id, form_date, verified_at, id);
CREATE INDEX ix_registrations_round_id ON registrations (round_id);
CREATE INDEX ix_registrations_state_taken_in_at ON registrations (state, taken_in_at);
CREATE TABLE sources (
	id VARCHAR(36) NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	content_hash VARCHAR(64) NOT NULL, 
	vault_id VARCHAR(32) NOT NULL, 
	vault_key BLOB NOT NULL, 
	vault_key_sealed BOOLEAN NOT NULL, 
	name TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	received_at DATETIME NOT NULL, 
	received_by VARCHAR(36) NOT NULL, 
	round_id VARCHAR(36), 
	delivered_path TEXT NOT NULL, 
	lies_outside BOOLEAN NOT NULL, 
	attempts INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	password_needed BOOLEAN NOT NULL, 
	password TEXT, 
	page_count INTEGER, division VARCHAR(12) DEFAULT '' NOT NULL, erased_at DATETIME, store_id VARCHAR(36), withheld BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT pk_sources PRIMARY KEY (id), 
	CONSTRAINT fk_sources_received_by FOREIGN KEY(received_by) REFERENCES users (id), 
	CONSTRAINT fk_sources_round_id FOREIGN KEY(round_id) REFERENCES rounds (id), 
	CONSTRAINT uq_sources_content_hash UNIQUE (content_hash), 
	CONSTRAINT uq_sources_vault_id UNIQUE (vault_id), 
	CONSTRAINT ck_sources_source_state CHECK (state IN ('received', 'split', 'refused'))
);
CREATE INDEX ix_sources_state_received_at ON sources (state, received_at);
CREATE TABLE batch_rows (
	id VARCHAR(36) NOT NULL, 
	batch_id VARCHAR(36) NOT NULL, 
	position INTEGER NOT NULL, 
	registration_id VARCHAR(36) NOT NULL, 
	child_id VARCHAR(36) NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	frozen TEXT NOT NULL, 
	row_hash VARCHAR(64) NOT NULL, 
	system_number TEXT NOT NULL, 
	returned_reason TEXT NOT NULL, 
	outcome_at DATETIME, 
	outcome_by VARCHAR(36), 
	CONSTRAINT pk_batch_rows PRIMARY KEY (id), 
	CONSTRAINT fk_batch_rows_batch_id FOREIGN KEY(batch_id) REFERENCES batches (id), 
	CONSTRAINT fk_batch_rows_child_id FOREIGN KEY(child_id) REFERENCES children (id), 
	CONSTRAINT fk_batch_rows_outcome_by FOREIGN KEY(outcome_by) REFERENCES users (id), 
	CONSTRAINT fk_batch_rows_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id), 
	CONSTRAINT uq_batch_rows_batch_id_position UNIQUE (batch_id, position), 
	CONSTRAINT uq_batch_rows_batch_id_registration_id UNIQUE (batch_id, registration_id), 
	CONSTRAINT ck_batch_rows_batch_row_state CHECK (state IN ('frozen', 'sent', 'accepted', 'returned')), 
	CONSTRAINT ck_batch_rows_reason_when_returned CHECK (state <> 'returned' OR returned_reason <> '')
);
CREATE INDEX ix_batch_rows_child_id ON batch_rows (child_id);
CREATE INDEX ix_batch_rows_registration_id ON batch_rows (registration_id);
CREATE TABLE dossiers (
	id VARCHAR(36) NOT NULL, 
	archive_number TEXT NOT NULL, 
	title TEXT NOT NULL, 
	child_id VARCHAR(36), 
	box_id VARCHAR(36), 
	opened_on DATE NOT NULL, 
	CONSTRAINT pk_dossiers PRIMARY KEY (id), 
	CONSTRAINT fk_dossiers_box_id FOREIGN KEY(box_id) REFERENCES boxes (id), 
	CONSTRAINT fk_dossiers_child_id FOREIGN KEY(child_id) REFERENCES children (id), 
	CONSTRAINT uq_dossiers_archive_number UNIQUE (archive_number)
);
CREATE TABLE receipts (
	id VARCHAR(36) NOT NULL, 
	batch_id VARCHAR(36) NOT NULL, 
	rows INTEGER NOT NULL, 
	file_hash VARCHAR(64) NOT NULL, 
	rows_hash VARCHAR(64) NOT NULL, 
	file_name TEXT NOT NULL, 
	audit_seq INTEGER NOT NULL, 
	audit_head VARCHAR(64) NOT NULL, 
	written_at DATETIME NOT NULL, 
	written_by VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_receipts PRIMARY KEY (id), 
	CONSTRAINT fk_receipts_batch_id FOREIGN KEY(batch_id) REFERENCES batches (id), 
	CONSTRAINT fk_receipts_written_by FOREIGN KEY(written_by) REFERENCES users (id)
);
CREATE INDEX ix_receipts_batch_id ON receipts (batch_id);
CREATE TABLE archive_items (
	id VARCHAR(36) NOT NULL, 
	archive_number TEXT NOT NULL, 
	number_norm TEXT NOT NULL, 
	series_id VARCHAR(36), 
	item_number INTEGER, 
	dossier_id VARCHAR(36), 
	position INTEGER, 
	registration_id VARCHAR(36), 
	title TEXT NOT NULL, 
	box_id VARCHAR(36), 
	location_id VARCHAR(36), 
	copy_location TEXT NOT NULL, 
	page_range TEXT NOT NULL, 
	numbered_at DATETIME NOT NULL, number_tail VARCHAR(4) DEFAULT '' NOT NULL, 
	CONSTRAINT pk_archive_items PRIMARY KEY (id), 
	CONSTRAINT fk_archive_items_box_id FOREIGN KEY(box_id) REFERENCES boxes (id), 
	CONSTRAINT fk_archive_items_dossier_id FOREIGN KEY(dossier_id) REFERENCES dossiers (id), 
	CONSTRAINT fk_archive_items_location_id FOREIGN KEY(location_id) REFERENCES locations (id), 
	CONSTRAINT fk_archive_items_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id), 
	CONSTRAINT fk_archive_items_series_id FOREIGN KEY(series_id) REFERENCES archive_series (id), 
	CONSTRAINT uq_archive_items_archive_number UNIQUE (archive_number), 
	CONSTRAINT uq_archive_items_dossier_id_position UNIQUE (dossier_id, position), 
	CONSTRAINT uq_archive_items_series_id_item_number UNIQUE (series_id, item_number), 
	CONSTRAINT ck_archive_items_place_in_dossier CHECK (dossier_id IS NULL OR position IS NOT NULL)
);
CREATE INDEX ix_archive_items_registration_id ON archive_items (registration_id);
CREATE TABLE cross_references (
	id VARCHAR(36) NOT NULL, 
	from_item_id VARCHAR(36) NOT NULL, 
	to_item_id VARCHAR(36), 
	target TEXT NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	medium TEXT NOT NULL, 
	note TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_cross_references PRIMARY KEY (id), 
	CONSTRAINT fk_cross_references_by FOREIGN KEY("by") REFERENCES users (id), 
	CONSTRAINT fk_cross_references_from_item_id FOREIGN KEY(from_item_id) REFERENCES archive_items (id), 
	CONSTRAINT fk_cross_references_to_item_id FOREIGN KEY(to_item_id) REFERENCES archive_items (id), 
	CONSTRAINT uq_cross_references_from_item_id_target_kind UNIQUE (from_item_id, target, kind), 
	CONSTRAINT ck_cross_references_kind CHECK (kind IN ('mutual', 'see'))
);
CREATE INDEX ix_cross_references_to_item_id ON cross_references (to_item_id);
CREATE TABLE sheets (
	id VARCHAR(36) NOT NULL, 
	registration_id VARCHAR(36), 
	serial VARCHAR(32), 
	item_id VARCHAR(36), 
	number INTEGER, 
	CONSTRAINT pk_sheets PRIMARY KEY (id), 
	CONSTRAINT fk_sheets_item_id FOREIGN KEY(item_id) REFERENCES archive_items (id), 
	CONSTRAINT fk_sheets_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id), 
	CONSTRAINT uq_sheets_item_id_number UNIQUE (item_id, number)
);
CREATE INDEX ix_sheets_registration_id ON sheets (registration_id);
CREATE INDEX ix_sheets_serial ON sheets (serial);
CREATE TABLE pages (
	id VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	position INTEGER NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	attempts INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	width INTEGER, 
	height INTEGER, 
	dpi INTEGER, 
	view_id VARCHAR(32), 
	view_key BLOB, 
	view_key_sealed BOOLEAN NOT NULL, 
	view_width INTEGER, 
	view_height INTEGER, 
	status VARCHAR(24) NOT NULL, 
	form_id VARCHAR(64), 
	form_version VARCHAR(32), 
	form_page INTEGER, 
	serial VARCHAR(32), 
	rotation INTEGER NOT NULL, 
	content_hash VARCHAR(64), 
	duplicate_of_id VARCHAR(36), 
	sheet_id VARCHAR(36), 
	side INTEGER, masked_id VARCHAR(32), masked_key BLOB, erased_at DATETIME, asked_turn INTEGER, asked_form_id VARCHAR(64), asked_form_version VARCHAR(32), picture INTEGER, part TEXT, 
	CONSTRAINT pk_pages PRIMARY KEY (id), 
	CONSTRAINT fk_pages_duplicate_of_id FOREIGN KEY(duplicate_of_id) REFERENCES pages (id), 
	CONSTRAINT fk_pages_form_id_form_version FOREIGN KEY(form_id, form_version) REFERENCES forms_used (form_id, version), 
	CONSTRAINT fk_pages_sheet_id FOREIGN KEY(sheet_id) REFERENCES sheets (id), 
	CONSTRAINT fk_pages_source_id FOREIGN KEY(source_id) REFERENCES sources (id), 
	CONSTRAINT uq_pages_sheet_id_side UNIQUE (sheet_id, side), 
	CONSTRAINT uq_pages_source_id_position UNIQUE (source_id, position), 
	CONSTRAINT uq_pages_view_id UNIQUE (view_id), 
	CONSTRAINT ck_pages_page_state CHECK (state IN ('received', 'read', 'failed', 'placed', 'set_aside')), 
	CONSTRAINT ck_pages_rotation CHECK (rotation IN (0, 90, 180, 270)), 
	CONSTRAINT ck_pages_side_of_sheet CHECK ((sheet_id IS NULL) = (side IS NULL)), 
	CONSTRAINT ck_pages_two_sides CHECK (side IS NULL OR side IN (1, 2))
);
CREATE INDEX ix_pages_content_hash ON pages (content_hash);
CREATE INDEX ix_pages_serial ON pages (serial);
CREATE INDEX ix_pages_state_id ON pages (state, id);
CREATE TABLE readings (
	id VARCHAR(36) NOT NULL, 
	page_id VARCHAR(36) NOT NULL, 
	run INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	engine TEXT NOT NULL, 
	model TEXT NOT NULL, 
	content BLOB NOT NULL, sealed BLOB, 
	CONSTRAINT pk_readings PRIMARY KEY (id), 
	CONSTRAINT fk_readings_page_id FOREIGN KEY(page_id) REFERENCES pages (id), 
	CONSTRAINT uq_readings_page_id_run UNIQUE (page_id, run)
);
CREATE TABLE answer_events (
	id VARCHAR(36) NOT NULL, 
	registration_id VARCHAR(36) NOT NULL, 
	number INTEGER NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	from_value TEXT NOT NULL, 
	to_value TEXT NOT NULL, 
	sealed BLOB, 
	from_state VARCHAR(24), 
	to_state VARCHAR(24), 
	from_source VARCHAR(24), 
	source VARCHAR(24) NOT NULL, 
	from_note TEXT NOT NULL, 
	note TEXT NOT NULL, 
	reading_id VARCHAR(36), 
	undoes INTEGER, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(36), 
	CONSTRAINT pk_answer_events PRIMARY KEY (id), 
	CONSTRAINT fk_answer_events_by FOREIGN KEY("by") REFERENCES users (id), 
	CONSTRAINT fk_answer_events_reading_id FOREIGN KEY(reading_id) REFERENCES readings (id), 
	CONSTRAINT fk_answer_events_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id), 
	CONSTRAINT uq_answer_events_registration_id_number UNIQUE (registration_id, number), 
	CONSTRAINT ck_answer_events_event_source CHECK (source IN ('paper', 'phone', 'department', 'correction')), 
	CONSTRAINT ck_answer_events_from_source CHECK (from_source IN ('paper', 'phone', 'department', 'correction')), 
	CONSTRAINT ck_answer_events_from_state CHECK (from_state IN ('machine', 'confirmed', 'corrected', 'illegible', 'ask')), 
	CONSTRAINT ck_answer_events_to_state CHECK (to_state IN ('machine', 'confirmed', 'corrected', 'illegible', 'ask'))
);
CREATE INDEX ix_answer_events_registration_id_key_number ON answer_events (registration_id, "key", number);
CREATE TABLE answers (
	registration_id VARCHAR(36) NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	text TEXT NOT NULL, 
	sealed BLOB, 
	state VARCHAR(24) NOT NULL, 
	source VARCHAR(24) NOT NULL, 
	note TEXT NOT NULL, 
	accepted BOOLEAN NOT NULL, 
	verdict_version VARCHAR(32) NOT NULL, 
	reasons TEXT NOT NULL, 
	reading_id VARCHAR(36), 
	page_id VARCHAR(36), 
	box TEXT NOT NULL, 
	changed_at DATETIME NOT NULL, 
	changed_by VARCHAR(36), 
	CONSTRAINT pk_answers PRIMARY KEY (registration_id, "key"), 
	CONSTRAINT fk_answers_changed_by FOREIGN KEY(changed_by) REFERENCES users (id), 
	CONSTRAINT fk_answers_page_id FOREIGN KEY(page_id) REFERENCES pages (id), 
	CONSTRAINT fk_answers_reading_id FOREIGN KEY(reading_id) REFERENCES readings (id), 
	CONSTRAINT fk_answers_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id), 
	CONSTRAINT ck_answers_answer_state CHECK (state IN ('machine', 'confirmed', 'corrected', 'illegible', 'ask')), 
	CONSTRAINT ck_answers_note_of_correction CHECK (source <> 'correction' OR note <> ''), 
	CONSTRAINT ck_answers_value_source CHECK (source IN ('paper', 'phone', 'department', 'correction'))
);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit: rows are only added'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit: rows are only added'); END;
CREATE TRIGGER readings_no_update BEFORE UPDATE ON readings BEGIN SELECT RAISE(ABORT, 'readings: rows are only added'); END;
CREATE TRIGGER answer_events_no_update BEFORE UPDATE ON answer_events BEGIN SELECT RAISE(ABORT, 'answer_events: rows are only added'); END;
CREATE TABLE child_links (
	id VARCHAR(36) NOT NULL, 
	kind VARCHAR(24) NOT NULL, 
	child_id VARCHAR(36) NOT NULL, 
	other_id VARCHAR(36) NOT NULL, 
	why TEXT NOT NULL, 
	made_at DATETIME NOT NULL, 
	made_by VARCHAR(36) NOT NULL, 
	undone_at DATETIME, 
	undone_by VARCHAR(36), 
	undone_reason TEXT NOT NULL, 
	CONSTRAINT pk_child_links PRIMARY KEY (id), 
	CONSTRAINT ck_child_links_reason_of_undoing CHECK (undone_at IS NULL OR undone_reason <> ''), 
	CONSTRAINT ck_child_links_one_spelling CHECK (child_id < other_id), 
	CONSTRAINT fk_child_links_child_id FOREIGN KEY(child_id) REFERENCES children (id), 
	CONSTRAINT fk_child_links_made_by FOREIGN KEY(made_by) REFERENCES users (id), 
	CONSTRAINT fk_child_links_other_id FOREIGN KEY(other_id) REFERENCES children (id), 
	CONSTRAINT fk_child_links_undone_by FOREIGN KEY(undone_by) REFERENCES users (id), 
	CONSTRAINT ck_child_links_link_kind CHECK (kind IN ('siblings', 'same_mother', 'same_father', 'same_caregiver'))
);
CREATE INDEX ix_child_links_child_id ON child_links (child_id);
CREATE INDEX ix_child_links_other_id ON child_links (other_id);
CREATE TABLE child_persons (
	child_id VARCHAR(36) NOT NULL, 
	role VARCHAR(24) NOT NULL, 
	name TEXT NOT NULL, 
	name_norm TEXT NOT NULL, 
	id_number VARCHAR(18), 
	phone VARCHAR(32), 
	CONSTRAINT pk_child_persons PRIMARY KEY (child_id, role), 
	CONSTRAINT fk_child_persons_child_id FOREIGN KEY(child_id) REFERENCES children (id), 
	CONSTRAINT ck_child_persons_person_role CHECK (role IN ('child', 'father', 'mother', 'caregiver'))
);
CREATE INDEX ix_child_persons_id_number ON child_persons (id_number);
CREATE INDEX ix_child_persons_name_norm ON child_persons (name_norm);
CREATE TABLE carried_over (
	registration_id VARCHAR(36) NOT NULL, 
	base_id VARCHAR(36) NOT NULL, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_carried_over PRIMARY KEY (registration_id), 
	CONSTRAINT fk_carried_over_base_id FOREIGN KEY(base_id) REFERENCES registrations (id), 
	CONSTRAINT fk_carried_over_by FOREIGN KEY("by") REFERENCES users (id), 
	CONSTRAINT fk_carried_over_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id)
);
CREATE TABLE child_moves (
	id VARCHAR(36) NOT NULL, 
	child_id VARCHAR(36) NOT NULL, 
	kind VARCHAR(24) NOT NULL, 
	"on" DATE NOT NULL, 
	reason VARCHAR(24) NOT NULL, 
	note TEXT NOT NULL, 
	registration_id VARCHAR(36), 
	at DATETIME NOT NULL, 
	"by" VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_child_moves PRIMARY KEY (id), 
	CONSTRAINT fk_child_moves_by FOREIGN KEY("by") REFERENCES users (id), 
	CONSTRAINT fk_child_moves_child_id FOREIGN KEY(child_id) REFERENCES children (id), 
	CONSTRAINT fk_child_moves_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id), 
	CONSTRAINT ck_child_moves_move_kind CHECK (kind IN ('exit', 'return'))
);
CREATE INDEX ix_child_moves_child_id ON child_moves (child_id);
CREATE INDEX ix_child_moves_kind_on ON child_moves (kind, "on");
CREATE TABLE concerns (
	id VARCHAR(36) NOT NULL, 
	child_id VARCHAR(36) NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	criterion VARCHAR(24) NOT NULL, 
	since DATE NOT NULL, 
	until DATE, 
	why TEXT NOT NULL, 
	sealed BLOB, 
	rule VARCHAR(48) NOT NULL, 
	registration_id VARCHAR(36), 
	decided_at DATETIME, 
	decided_by VARCHAR(36), 
	decision_note TEXT NOT NULL, 
	ended_at DATETIME, 
	ended_by VARCHAR(36), 
	end_reason TEXT NOT NULL, 
	CONSTRAINT pk_concerns PRIMARY KEY (id), 
	CONSTRAINT ck_concerns_until_when_ended CHECK ((state = 'ended') = (until IS NOT NULL)), 
	CONSTRAINT ck_concerns_criterion_somewhere CHECK (criterion <> '' OR sealed IS NOT NULL), 
	CONSTRAINT ck_concerns_time_when_decided CHECK (state = 'proposed' OR decided_at IS NOT NULL), 
	CONSTRAINT fk_concerns_child_id FOREIGN KEY(child_id) REFERENCES children (id), 
	CONSTRAINT fk_concerns_decided_by FOREIGN KEY(decided_by) REFERENCES users (id), 
	CONSTRAINT fk_concerns_ended_by FOREIGN KEY(ended_by) REFERENCES users (id), 
	CONSTRAINT fk_concerns_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id), 
	CONSTRAINT ck_concerns_concern_state CHECK (state IN ('proposed', 'confirmed', 'dismissed', 'ended'))
);
CREATE INDEX ix_concerns_child_id ON concerns (child_id);
CREATE INDEX ix_concerns_state_child_id ON concerns (state, child_id);
CREATE TABLE visits (
	id VARCHAR(36) NOT NULL, 
	child_id VARCHAR(36) NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	level VARCHAR(8) NOT NULL, 
	due_on DATE, 
	planned_by VARCHAR(36), 
	visitor TEXT NOT NULL, 
	done_on DATE, 
	method VARCHAR(24) NOT NULL, 
	findings TEXT NOT NULL, 
	sealed BLOB, 
	note TEXT NOT NULL, 
	page_id VARCHAR(36), 
	recorded_at DATETIME, 
	recorded_by VARCHAR(36), 
	CONSTRAINT pk_visits PRIMARY KEY (id), 
	CONSTRAINT ck_visits_day_when_done CHECK ((state = 'done') = (done_on IS NOT NULL)), 
	CONSTRAINT ck_visits_due_when_planned CHECK (state <> 'planned' OR due_on IS NOT NULL), 
	CONSTRAINT fk_visits_child_id FOREIGN KEY(child_id) REFERENCES children (id), 
	CONSTRAINT fk_visits_planned_by FOREIGN KEY(planned_by) REFERENCES users (id), 
	CONSTRAINT fk_visits_recorded_by FOREIGN KEY(recorded_by) REFERENCES users (id), 
	CONSTRAINT fk_visits_page_id FOREIGN KEY(page_id) REFERENCES pages (id), 
	CONSTRAINT ck_visits_visit_state CHECK (state IN ('planned', 'done', 'cancelled'))
);
CREATE INDEX ix_visits_child_id_state ON visits (child_id, state);
CREATE INDEX ix_visits_state_due_on ON visits (state, due_on);
CREATE TABLE mandatory_reports (
	id VARCHAR(36) NOT NULL, 
	child_id VARCHAR(36) NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	situation VARCHAR(24) NOT NULL, 
	what TEXT NOT NULL, 
	rule VARCHAR(48) NOT NULL, 
	registration_id VARCHAR(36), 
	visit_id VARCHAR(36), 
	raised_at DATETIME NOT NULL, 
	raised_by VARCHAR(36) NOT NULL, 
	reported_at DATETIME, 
	reported_to TEXT NOT NULL, 
	reported_by TEXT NOT NULL, 
	receipt TEXT NOT NULL, 
	measures TEXT NOT NULL, 
	withdrawn_reason TEXT NOT NULL, 
	names_suspect BOOLEAN NOT NULL, 
	sealed BLOB, 
	changed_at DATETIME NOT NULL, 
	changed_by VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_mandatory_reports PRIMARY KEY (id), 
	CONSTRAINT ck_mandatory_reports_time_when_reported CHECK ((state = 'reported') = (reported_at IS NOT NULL)), 
	CONSTRAINT ck_mandatory_reports_situation_somewhere CHECK (situation <> '' OR sealed IS NOT NULL), 
	CONSTRAINT ck_mandatory_reports_reason_withdrawn CHECK (state <> 'withdrawn' OR withdrawn_reason <> '' OR sealed IS NOT NULL), 
	CONSTRAINT fk_mandatory_reports_changed_by FOREIGN KEY(changed_by) REFERENCES users (id), 
	CONSTRAINT fk_mandatory_reports_child_id FOREIGN KEY(child_id) REFERENCES children (id), 
	CONSTRAINT fk_mandatory_reports_raised_by FOREIGN KEY(raised_by) REFERENCES users (id), 
	CONSTRAINT fk_mandatory_reports_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id), 
	CONSTRAINT fk_mandatory_reports_visit_id FOREIGN KEY(visit_id) REFERENCES visits (id), 
	CONSTRAINT ck_mandatory_reports_report_state CHECK (state IN ('raised', 'reported', 'withdrawn'))
);
CREATE INDEX ix_mandatory_reports_child_id ON mandatory_reports (child_id);
CREATE INDEX ix_mandatory_reports_state ON mandatory_reports (state);
CREATE TABLE work_log (
	id VARCHAR(36) NOT NULL, 
	child_id VARCHAR(36), 
	visit_id VARCHAR(36), 
	report_id VARCHAR(36), 
	page_id VARCHAR(36), 
	"on" DATE NOT NULL, 
	text TEXT NOT NULL, 
	sealed BLOB, 
	corrects_id VARCHAR(36), 
	at DATETIME NOT NULL, 
	"by" VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_work_log PRIMARY KEY (id), 
	CONSTRAINT fk_work_log_by FOREIGN KEY("by") REFERENCES users (id), 
	CONSTRAINT fk_work_log_child_id FOREIGN KEY(child_id) REFERENCES children (id), 
	CONSTRAINT fk_work_log_corrects_id FOREIGN KEY(corrects_id) REFERENCES work_log (id), 
	CONSTRAINT fk_work_log_page_id FOREIGN KEY(page_id) REFERENCES pages (id), 
	CONSTRAINT fk_work_log_report_id FOREIGN KEY(report_id) REFERENCES mandatory_reports (id), 
	CONSTRAINT fk_work_log_visit_id FOREIGN KEY(visit_id) REFERENCES visits (id)
);
CREATE INDEX ix_work_log_child_id_on ON work_log (child_id, "on");
CREATE INDEX ix_work_log_on ON work_log ("on");
CREATE INDEX ix_sources_division ON sources (division);
CREATE INDEX ix_registrations_division ON registrations (division);
CREATE TABLE "users" (
	id VARCHAR(36) NOT NULL, 
	username TEXT NOT NULL, 
	full_name TEXT NOT NULL, 
	role VARCHAR(24) NOT NULL, 
	division VARCHAR(12) NOT NULL, 
	created_at DATETIME NOT NULL, 
	valid_until DATE, 
	disabled_at DATETIME, store_id VARCHAR(36), 
	CONSTRAINT pk_users PRIMARY KEY (id), 
	CONSTRAINT uq_users_username UNIQUE (username), 
	CONSTRAINT ck_users_role CHECK (role IN ('collector', 'reviewer', 'archivist', 'administrator', 'helper'))
);
CREATE UNIQUE INDEX ix_pages_masked_id ON pages (masked_id);
CREATE TABLE erasures (
	id VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	page_ids TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	requested_at DATETIME NOT NULL, 
	requested_by VARCHAR(36) NOT NULL, 
	decided_at DATETIME, 
	decided_by VARCHAR(36), 
	CONSTRAINT pk_erasures PRIMARY KEY (id), 
	CONSTRAINT fk_erasures_source_id FOREIGN KEY(source_id) REFERENCES sources (id), 
	CONSTRAINT fk_erasures_requested_by FOREIGN KEY(requested_by) REFERENCES users (id), 
	CONSTRAINT fk_erasures_decided_by FOREIGN KEY(decided_by) REFERENCES users (id), 
	CONSTRAINT ck_erasures_erasure_state CHECK (state IN ('requested', 'done', 'refused')), 
	CONSTRAINT ck_erasures_two_persons CHECK (decided_by <> requested_by)
);
CREATE INDEX ix_erasures_source_id ON erasures (source_id);
CREATE TABLE child_keys (
	child_id VARCHAR(36) NOT NULL, 
	"key" TEXT NOT NULL, 
	CONSTRAINT pk_child_keys PRIMARY KEY (child_id, "key"), 
	CONSTRAINT fk_child_keys_child_id FOREIGN KEY(child_id) REFERENCES children (id)
);
CREATE TABLE child_merges (
	id VARCHAR(36) NOT NULL, 
	kept_id VARCHAR(36) NOT NULL, 
	gone_id VARCHAR(36) NOT NULL, 
	why TEXT NOT NULL, 
	moved TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(36) NOT NULL, 
	undone_at DATETIME, 
	undone_by VARCHAR(36), 
	undone_reason TEXT NOT NULL, 
	CONSTRAINT pk_child_merges PRIMARY KEY (id), 
	CONSTRAINT fk_child_merges_kept_id FOREIGN KEY(kept_id) REFERENCES children (id), 
	CONSTRAINT fk_child_merges_gone_id FOREIGN KEY(gone_id) REFERENCES children (id), 
	CONSTRAINT fk_child_merges_by FOREIGN KEY("by") REFERENCES users (id), 
	CONSTRAINT fk_child_merges_undone_by FOREIGN KEY(undone_by) REFERENCES users (id), 
	CONSTRAINT ck_child_merges_two_children CHECK (kept_id <> gone_id), 
	CONSTRAINT ck_child_merges_reason_of_undoing CHECK (undone_at IS NULL OR undone_reason <> '')
);
CREATE INDEX ix_child_merges_gone_id ON child_merges (gone_id);
CREATE INDEX ix_child_merges_kept_id ON child_merges (kept_id);
CREATE TABLE kept_apart (
	one_id VARCHAR(36) NOT NULL, 
	other_id VARCHAR(36) NOT NULL, 
	why TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_kept_apart PRIMARY KEY (one_id, other_id), 
	CONSTRAINT fk_kept_apart_one_id FOREIGN KEY(one_id) REFERENCES children (id), 
	CONSTRAINT fk_kept_apart_other_id FOREIGN KEY(other_id) REFERENCES children (id), 
	CONSTRAINT fk_kept_apart_by FOREIGN KEY("by") REFERENCES users (id), 
	CONSTRAINT ck_kept_apart_one_spelling CHECK (one_id < other_id)
);
CREATE INDEX ix_kept_apart_other_id ON kept_apart (other_id);
CREATE TABLE second_entries (
	id VARCHAR(36) NOT NULL, 
	registration_id VARCHAR(36) NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	text TEXT NOT NULL, 
	first_value TEXT NOT NULL, 
	first_by VARCHAR(36) NOT NULL, 
	agreed BOOLEAN NOT NULL, 
	entered_at DATETIME NOT NULL, 
	entered_by VARCHAR(36) NOT NULL, 
	resolved_value TEXT NOT NULL, 
	resolved_at DATETIME, 
	resolved_by VARCHAR(36), 
	CONSTRAINT pk_second_entries PRIMARY KEY (id), 
	CONSTRAINT uq_second_entries_registration_id_key UNIQUE (registration_id, "key"), 
	CONSTRAINT fk_second_entries_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id), 
	CONSTRAINT fk_second_entries_first_by FOREIGN KEY(first_by) REFERENCES users (id), 
	CONSTRAINT fk_second_entries_entered_by FOREIGN KEY(entered_by) REFERENCES users (id), 
	CONSTRAINT fk_second_entries_resolved_by FOREIGN KEY(resolved_by) REFERENCES users (id), 
	CONSTRAINT ck_second_entries_who_resolved CHECK ((resolved_at IS NULL) = (resolved_by IS NULL)), 
	CONSTRAINT ck_second_entries_nothing_to_resolve CHECK (NOT (agreed AND resolved_at IS NOT NULL)), 
	CONSTRAINT ck_second_entries_two_persons CHECK (entered_by <> first_by), 
	CONSTRAINT ck_second_entries_third_person CHECK (resolved_by IS NULL OR resolved_by NOT IN (entered_by, first_by))
);
CREATE INDEX ix_second_entries_agreed_resolved_at ON second_entries (agreed, resolved_at);
CREATE TABLE reading_checks (
	registration_id VARCHAR(36) NOT NULL, 
	at DATETIME NOT NULL, 
	model VARCHAR(80) NOT NULL, 
	numbers VARCHAR(32) NOT NULL, 
	fields TEXT NOT NULL, 
	CONSTRAINT pk_reading_checks PRIMARY KEY (registration_id), 
	CONSTRAINT fk_reading_checks_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id) ON DELETE CASCADE
);
CREATE TABLE judge_fits (
	number INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	numbers VARCHAR(32) NOT NULL, 
	shifts TEXT NOT NULL, 
	models TEXT NOT NULL, 
	"before" TEXT NOT NULL, 
	"after" TEXT NOT NULL, 
	CONSTRAINT pk_judge_fits PRIMARY KEY (number)
);
CREATE TABLE partners (
	store_id VARCHAR(36) NOT NULL, 
	name TEXT NOT NULL, 
	division VARCHAR(12) NOT NULL, 
	signing_public BLOB NOT NULL, 
	exchange_public BLOB NOT NULL, 
	sensitive_public BLOB, 
	card_made_at DATETIME NOT NULL, 
	trusted_at DATETIME NOT NULL, 
	trusted_by VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_partners PRIMARY KEY (store_id), 
	CONSTRAINT fk_partners_trusted_by FOREIGN KEY(trusted_by) REFERENCES users (id)
);
CREATE TABLE handovers (
	id VARCHAR(36) NOT NULL, 
	partner_id VARCHAR(36) NOT NULL, 
	direction VARCHAR(3) NOT NULL, 
	number INTEGER NOT NULL, 
	follows INTEGER NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	counts TEXT NOT NULL, 
	audit_seq INTEGER NOT NULL, 
	audit_head VARCHAR(64) NOT NULL, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(36) NOT NULL, 
	written_at DATETIME, 
	CONSTRAINT pk_handovers PRIMARY KEY (id), 
	CONSTRAINT uq_handovers_partner_id_direction_number UNIQUE (partner_id, direction, number), 
	CONSTRAINT fk_handovers_partner_id FOREIGN KEY(partner_id) REFERENCES partners (store_id), 
	CONSTRAINT fk_handovers_by FOREIGN KEY("by") REFERENCES users (id), 
	CONSTRAINT ck_handovers_direction CHECK (direction IN ('out', 'in'))
);
CREATE TABLE handed_over (
	partner_id VARCHAR(36) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	object_id VARCHAR(36) NOT NULL, 
	digest VARCHAR(64) NOT NULL, 
	CONSTRAINT pk_handed_over PRIMARY KEY (partner_id, kind, object_id), 
	CONSTRAINT fk_handed_over_partner_id FOREIGN KEY(partner_id) REFERENCES partners (store_id)
);
CREATE TABLE proposals (
	id VARCHAR(36) NOT NULL, 
	store_id VARCHAR(36) NOT NULL, 
	registration_id VARCHAR(36) NOT NULL, 
	kind VARCHAR(24) NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	base TEXT NOT NULL, 
	value TEXT NOT NULL, 
	why TEXT NOT NULL, 
	made_at DATETIME NOT NULL, 
	made_by TEXT NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	decided_at DATETIME, 
	decided_by TEXT NOT NULL, 
	decision_note TEXT NOT NULL, 
	CONSTRAINT pk_proposals PRIMARY KEY (id), 
	CONSTRAINT fk_proposals_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id), 
	CONSTRAINT ck_proposals_proposal_kind CHECK (kind IN ('value', 'reviewed', 'sent_back')), 
	CONSTRAINT ck_proposals_proposal_state CHECK (state IN ('open', 'accepted', 'declined')), 
	CONSTRAINT ck_proposals_time_when_decided CHECK ((state = 'open') = (decided_at IS NULL)), 
	CONSTRAINT ck_proposals_field_of_a_value CHECK (kind <> 'value' OR key <> '')
);
CREATE INDEX ix_proposals_registration_id_key ON proposals (registration_id, "key");
CREATE INDEX ix_proposals_state_made_at ON proposals (state, made_at);
CREATE TABLE half_typed (
	registration_id VARCHAR(36) NOT NULL, 
	user_id VARCHAR(36) NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	sealed BLOB, 
	text TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_half_typed PRIMARY KEY (registration_id, user_id), 
	CONSTRAINT fk_half_typed_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id) ON DELETE CASCADE, 
	CONSTRAINT fk_half_typed_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE office_forms (
	form_id VARCHAR(64) NOT NULL, 
	version VARCHAR(32) NOT NULL, 
	definition BLOB, 
	added_at DATETIME NOT NULL, 
	added_by VARCHAR(36) NOT NULL, 
	retired_at DATETIME, 
	CONSTRAINT pk_office_forms PRIMARY KEY (form_id, version), 
	CONSTRAINT fk_office_forms_added_by FOREIGN KEY(added_by) REFERENCES users (id)
);
CREATE TABLE unfollowed (
	child_id VARCHAR(36) NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_unfollowed PRIMARY KEY (child_id), 
	CONSTRAINT fk_unfollowed_child_id FOREIGN KEY(child_id) REFERENCES children (id)
);
CREATE TABLE pinned_values (
	user_id VARCHAR(36) NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	CONSTRAINT pk_pinned_values PRIMARY KEY (user_id, "key"), 
	CONSTRAINT fk_pinned_values_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE TABLE child_terms (
	term TEXT NOT NULL, 
	child_id VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_child_terms PRIMARY KEY (term, child_id), 
	CONSTRAINT fk_child_terms_child_id FOREIGN KEY(child_id) REFERENCES children (id)
)
 WITHOUT ROWID;
CREATE INDEX ix_child_terms_child_id ON child_terms (child_id);
CREATE INDEX ix_archive_items_number_tail ON archive_items (number_tail);
CREATE INDEX ix_archive_items_number_norm_registration_id ON archive_items (number_norm, registration_id);
CREATE INDEX ix_children_pinyin_id_scope_state ON children (pinyin, id, scope, state);
CREATE INDEX ix_children_scope_state ON children (scope, state);
CREATE TABLE rosters (
	id VARCHAR(36) NOT NULL, 
	name TEXT NOT NULL, 
	kind VARCHAR(24) NOT NULL, 
	as_of DATE NOT NULL, 
	division VARCHAR(12) NOT NULL, 
	sensitive BOOLEAN NOT NULL, 
	rows INTEGER NOT NULL, 
	refused INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_rosters PRIMARY KEY (id), 
	CONSTRAINT ck_rosters_roster_kind CHECK (kind IN ('residence_permit', 'school', 'health', 'vaccination', 'insurance', 'disability', 'other')), 
	CONSTRAINT ck_rosters_rows CHECK (rows >= 0), 
	CONSTRAINT fk_rosters_by FOREIGN KEY("by") REFERENCES users (id), 
	CONSTRAINT uq_rosters_name UNIQUE (name)
);
CREATE INDEX ix_rosters_division ON rosters (division);
CREATE TABLE roster_entries (
	id VARCHAR(36) NOT NULL, 
	roster_id VARCHAR(36) NOT NULL, 
	line INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	name_norm TEXT NOT NULL, 
	id_number VARCHAR(18), 
	birth_date DATE, 
	place TEXT NOT NULL, 
	sealed BLOB, 
	CONSTRAINT pk_roster_entries PRIMARY KEY (id), 
	CONSTRAINT ck_roster_entries_open_or_sealed CHECK ((name = '') = (sealed IS NOT NULL)), 
	CONSTRAINT fk_roster_entries_roster_id FOREIGN KEY(roster_id) REFERENCES rosters (id), 
	CONSTRAINT uq_roster_entries_roster_id_line UNIQUE (roster_id, line)
);
CREATE INDEX ix_roster_entries_id_number ON roster_entries (id_number);
CREATE INDEX ix_roster_entries_name_norm_birth_date ON roster_entries (name_norm, birth_date);
CREATE TABLE erased_rows (
	id VARCHAR(36) NOT NULL, 
	batch_id VARCHAR(36) NOT NULL, 
	position INTEGER NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	row_hash VARCHAR(64) NOT NULL, 
	erased_at DATETIME NOT NULL, 
	CONSTRAINT pk_erased_rows PRIMARY KEY (id), 
	CONSTRAINT ck_erased_rows_batch_row_state CHECK (state IN ('frozen', 'sent', 'accepted', 'returned')), 
	CONSTRAINT fk_erased_rows_batch_id FOREIGN KEY(batch_id) REFERENCES batches (id), 
	CONSTRAINT uq_erased_rows_batch_id_position UNIQUE (batch_id, position)
);
CREATE TABLE reports_elsewhere (
	id VARCHAR(36) NOT NULL, 
	store_id VARCHAR(36) NOT NULL, 
	registration_id VARCHAR(36) NOT NULL, 
	batch_number VARCHAR(32) NOT NULL, 
	state VARCHAR(24) NOT NULL, 
	written_at DATETIME NOT NULL, 
	system_number TEXT NOT NULL, 
	returned_reason TEXT NOT NULL, 
	outcome_at DATETIME, 
	CONSTRAINT pk_reports_elsewhere PRIMARY KEY (id), 
	CONSTRAINT ck_reports_elsewhere_reported CHECK (state <> 'frozen'), 
	CONSTRAINT ck_reports_elsewhere_batch_row_state CHECK (state IN ('frozen', 'sent', 'accepted', 'returned')), 
	CONSTRAINT fk_reports_elsewhere_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id)
);
CREATE INDEX ix_reports_elsewhere_registration_id ON reports_elsewhere (registration_id);
CREATE TABLE kept_views (
	id VARCHAR(36) NOT NULL, 
	user_id VARCHAR(36), 
	kind VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	content TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	"by" VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_kept_views PRIMARY KEY (id), 
	CONSTRAINT fk_kept_views_user_id FOREIGN KEY(user_id) REFERENCES users (id), 
	CONSTRAINT fk_kept_views_by FOREIGN KEY("by") REFERENCES users (id), 
	CONSTRAINT uq_kept_views_user_id_kind_name UNIQUE (user_id, kind, name)
);
CREATE INDEX ix_kept_views_kind ON kept_views (kind);
CREATE INDEX ix_archive_items_box_id_number_norm ON archive_items (box_id, number_norm);
CREATE INDEX ix_archive_items_location_id ON archive_items (location_id);
CREATE INDEX ix_archive_items_nowhere ON archive_items (number_norm) WHERE box_id IS NULL AND location_id IS NULL AND dossier_id IS NULL;
CREATE INDEX ix_children_initials_id ON children (initials, id);
CREATE INDEX ix_children_id_number_id ON children (id_number, id);
CREATE INDEX ix_children_id_reversed_id ON children (id_reversed, id);
CREATE INDEX ix_child_persons_phone_child_id ON child_persons (phone, child_id);
CREATE INDEX ix_child_keys_key_child_id ON child_keys ("key", child_id);
CREATE INDEX ix_children_id_scope_state_pinyin ON children (id, scope, state, pinyin);
CREATE TABLE "printed_forms" (
	id VARCHAR(36) NOT NULL, 
	serial VARCHAR(32) NOT NULL, 
	round_id VARCHAR(36), 
	child_id VARCHAR(36) NOT NULL, 
	registration_id VARCHAR(36) NOT NULL, 
	"values" TEXT NOT NULL, 
	sealed BLOB, 
	printed_at DATETIME NOT NULL, 
	printed_by VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_printed_forms PRIMARY KEY (id), 
	CONSTRAINT fk_printed_forms_registration_id FOREIGN KEY(registration_id) REFERENCES registrations (id), 
	CONSTRAINT fk_printed_forms_round_id FOREIGN KEY(round_id) REFERENCES rounds (id), 
	CONSTRAINT uq_printed_forms_serial UNIQUE (serial), 
	CONSTRAINT fk_printed_forms_child_id FOREIGN KEY(child_id) REFERENCES children (id), 
	CONSTRAINT fk_printed_forms_printed_by FOREIGN KEY(printed_by) REFERENCES users (id)
);
CREATE INDEX ix_printed_forms_round_id_child_id ON printed_forms (round_id, child_id);
