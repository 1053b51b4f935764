"""Faults we plant on purpose, one at a time, each with the test that must notice it.

A row: what is wrong then, the file under src/milepost, the exact text and what stands there instead, and the
test. A row whose text is gone from the code fails and says so: plant it anew where the thought lives now.
Long because it is one table.
"""

from typing import NamedTuple


class Fault(NamedTuple):
    """One row."""

    name: str
    file: str
    text: str
    instead: str
    caught_by: str


PROMISES = "tests/flow/test_promises_kept.py::test_"
WORK = "tests/flow/test_work.py::test_"
SHOPS = "tests/flow/test_shops.py::test_"
HOOKS = "tests/flow/test_hooks.py::test_"
PUSHES = "tests/flow/test_carrier_pushes.py::test_"
LIVE = "tests/live/test_"
RESTORE = "tests/flow/test_restore.py::test_"
BACKUP = "tests/contract/test_backup.py::test_"
CHOICES = "tests/flow/test_carrier_choices.py::test_"
MAPS = "tests/map/test_"
REPEATS = "tests/flow/test_repeats.py::test_"
REPEATS_KEPT = "tests/contract/test_repeats.py::test_"

FAULTS = (
    Fault(
        "dedupe is off: a push and a poll of one scan are two events",
        "record/copies.py",
        "return abs(other.utc - one.utc) < COPY_WINDOW",
        "return False",
        PROMISES + "two_copies_of_one_scan_are_one_event",
    ),
    Fault(
        "the offset a source told is dropped",
        "normalize/scans.py",
        "return Instant.reported(scan.moment)",
        "return Instant.unzoned(scan.moment.replace(tzinfo=None).isoformat())",
        "tests/normalize/test_instants.py::test_an_instant_is_read_like_this",
    ),
    Fault(
        "a time without a zone is taken for UTC, and not marked",
        "normalize/scans.py",
        "return Instant.unzoned(wall_clock)",
        'return Instant.inferred(wall_clock, ZoneInfo("UTC"))',
        "tests/normalize/test_instants.py::test_an_instant_is_read_like_this",
    ),
    Fault(
        "an unknown code counts as in transit",
        "normalize/meaning.py",
        "return Status.UNKNOWN",
        "return Status.IN_TRANSIT",
        "tests/normalize/test_meaning.py::test_a_code_nobody_explained_is_unknown_and_never_in_transit",
    ),
    Fault(
        "the signature of a push is not checked",
        "sources/marketplaces/tiktok_shop/push.py",
        "return None if any(verdicts) else (",
        "return None if verdicts else (",
        HOOKS + "a_push_with_a_wrong_signature_is_refused_and_nothing_is_kept",
    ),
    Fault(
        "the proof of a carrier's push is not compared",
        "sources/push_proofs.py",
        "    return any(hmac.compare_digest(shown, one) for one in good)\n",
        "    return bool(shown and good)\n",
        PUSHES + "a_push_without_the_right_proof_is_refused_by_name_and_harms_nothing",
    ),
    Fault(
        "a carrier's push that is only a hint makes nobody ask",
        "pushing.py",
        "        actions += await _looks(tx, carrier, set(pushed) - told, now)\n",
        "",
        PUSHES + "a_push_of_a_carrier_that_only_hints_has_its_parcel_asked_about_now",
    ),
    Fault(
        "a push is answered with yes though it was not kept",
        "show/hooks.py",
        'return _problem(HTTP_503_SERVICE_UNAVAILABLE, "Not kept", "It could not be stored; send it again.")',
        'return Response(b"", status_code=HTTP_200_OK)',
        HOOKS + "a_push_that_cannot_be_kept_is_answered_come_again_and_then_counts",
    ),
    Fault(
        "a push is kept though the work it asks for is not",
        "flow.py",
        "        await app.work.add(tx, looks)\n",
        "        with __import__('contextlib').suppress(Exception):\n"
        "            await app.work.add(tx, looks)\n",
        HOOKS + "work_that_cannot_be_written_takes_the_push_with_it",
    ),
    Fault(
        "pushes that could not be kept together are answered yes",
        "ports/gathering.py",
        "done.set_exception(error)",
        "done.set_result(None)",
        "tests/flow/test_gathering.py::test_when_nothing_can_be_kept_everybody_hears_it_and_it_is_tried_once",
    ),
    Fault(
        "a push told again is a new one",
        "flow.py",
        "reversed(by_id.items()) if key in new]",
        "reversed(by_id.items())]",
        HOOKS + "a_push_told_again_is_one_push",
    ),
    Fault(
        "a failed batch is not rolled back",
        "store/sql/sqlite_writer.py",
        "                    self._abandon()\n",
        "                    group.members += 1\n",
        PROMISES + "a_batch_that_fails_half_way_leaves_nothing",
    ),
    Fault(
        "one that fails in a group is not taken back",
        "store/sql/sqlite_writer.py",
        'self._before += ["ROLLBACK TO one", "RELEASE one"]',
        'self._before += ["RELEASE one"]',
        "tests/contract/test_groups.py::test_one_that_fails_takes_back_only_itself",
    ),
    Fault(
        "a push is answered before the commit of its group",
        "store/sql/sqlite_writer.py",
        "failed = await asyncio.shield(group.end)",
        "failed = None",
        "tests/contract/test_groups.py::test_nobody_is_told_before_the_commit_that_holds_it",
    ),
    Fault(
        "one commit that fails is heard by nobody",
        "store/sql/sqlite_writer.py",
        "        if failed is not None:\n",
        "        if failed is None and group.lost:\n",
        "tests/contract/test_groups.py::test_a_commit_that_fails_is_heard_by_everybody_in_it_and_nothing_of_it_stays",
    ),
    Fault(
        "what comes after SQLite gave up a batch is kept by itself",
        "store/sql/sqlite_writer.py",
        "elif not self.connection.in_transaction:",
        "elif not before and not self.connection.in_transaction and not group:",
        "tests/contract/test_groups.py::test_a_transaction_that_sqlite_took_back_keeps_nothing_more",
    ),
    Fault(
        "a commit does not wait for the disk",
        "store/sql/sqlite_file.py",
        'connection.pragma("synchronous", "FULL")',
        'connection.pragma("synchronous", "NORMAL")',
        "tests/contract/test_starting.py::test_what_was_kept_is_there_after_a_restart[sqlite]",
    ),
    Fault(
        "a delivery is never taken back",
        "record/journey.py",
        "        self.retracted = True\n        return status\n",
        "        return None\n",
        "tests/record/test_journey.py::test_a_retracted_delivery_says_so_until_it_is_delivered_again",
    ),
    Fault(
        "a parcel that came back to its sender is called delivered",
        "record/journey.py",
        "            return Status.RETURNED\n",
        "            return Status.DELIVERED\n",
        "tests/record/test_journey.py::test_scans_in_this_order_end_as",
    ),
    Fault(
        "a reused number inherits the old parcel's story",
        "record/shipments.py",
        "REUSE_SLACK = timedelta(days=14)",
        "REUSE_SLACK = timedelta(days=1400)",
        PROMISES + "a_reused_number_does_not_inherit_the_old_story",
    ),
    Fault(
        "a scan heard before its order is thrown away",
        "record/attribution.py",
        "placed += homes or [(event.of_shop(NOBODYS_SHOP), None)]",
        "placed += homes",
        PROMISES + "a_scan_heard_before_its_order_is_found_again",
    ),
    Fault(
        "a masked contact wipes a clear one",
        "record/orders.py",
        "**{item.name: getattr(told, item.name) or getattr(before, item.name) for item in fields(Contact)}",
        "**{item.name: getattr(told, item.name) for item in fields(Contact)}",
        PROMISES + "a_masked_contact_never_wipes_a_clear_one",
    ),
    Fault(
        "a staler description undoes a newer one",
        "record/orders.py",
        "return _age(told) < _age(before)",
        "return False",
        PROMISES + "a_staler_description_undoes_nothing",
    ),
    Fault(
        "a date that changed is not added to the ledger",
        "record/promises.py",
        "if standing is not None and standing.window == promise.window:",
        "if standing is not None:",
        PROMISES + "a_promise_that_changes_is_added_beside_the_old_one",
    ),
    Fault(
        "the watermark goes past what was read",
        "carry/shops.py",
        "max(start, end).isoformat()",
        "now.isoformat()",
        SHOPS + "the_watermark_moves_with_its_pages_and_not_past_what_was_read",
    ),
    Fault(
        "whoever waited for a renewed token renews it again",
        "carry/grants.py",
        "if current is not None and current.access_token != stale.access_token:",
        "if current is None:",
        SHOPS + "a_token_is_renewed_ahead_of_its_end_once_though_two_workers_want_to",
    ),
    Fault(
        "one list shows every shop's orders",
        "store/order_shelf.py",
        "statement = walled(NEWEST, ORDERS.c.shop_id, shop_ids)",
        "statement = NEWEST",
        SHOPS + "one_shop_never_sees_anothers_orders",
    ),
    Fault(
        "a worker that lost its lease may still finish",
        "queue/statements.py",
        '_OURS = (WORK.c.token == bindparam("mark"), IS_DUE | IS_HELD)',
        '_OURS = (bindparam("mark") != "", IS_DUE | IS_HELD)',
        WORK + "what_a_dead_worker_held_is_done_by_another_and_the_late_one_writes_nothing",
    ),
    Fault(
        "a living worker is taken for dead",
        "queue/lives.py",
        "if at - since >= length.total_seconds():",
        "if at - since >= 0:",
        "tests/contract/test_leases.py::test_a_living_worker_keeps_what_it_has_for_as_long_as_it_takes[sqlite]",
    ),
    Fault(
        "a notice is marked as sent before it is",
        "carry/sending.py",
        "    result = await channel.send(keyed, message, one.recipient)\n",
        "    result = SendResult(outcome=Sent.SENT, detail='')\n"
        "    await _write(one, _attempt(one, result, now), _outcome(one, result, now), app, message)\n"
        "    await channel.send(keyed, message, one.recipient)\n"
        "    return\n",
        "tests/flow/test_sent_again.py::"
        "test_what_a_dying_worker_sent_is_sent_again_under_the_same_id_and_then_no_more",
    ),
    Fault(
        "a notice that is sent again has another id",
        "carry/sending.py",
        'keyed = replace(notice, key=f"{notice.key}:{digest(one.recipient.address)[:16]}")',
        'keyed = replace(notice, key=f"{notice.key}:{one.held.token}")',
        "tests/flow/test_sent_again.py::"
        "test_what_a_dying_worker_sent_is_sent_again_under_the_same_id_and_then_no_more",
    ),
    Fault(
        "two nodes spend the same budget",
        "queue/budgets.py",
        'BUDGETS.c.version == bindparam("before")',
        'BUDGETS.c.version >= bindparam("before")',
        "tests/contract/test_budgets.py::test_of_two_nodes_that_see_one_call_left_one_gets_it[sqlite]",
    ),
    Fault(
        "what was planned before the clock was set back waits for the old time to come again",
        "carry/hands.py",
        "        await self._set_back.mind()\n",
        "",
        "tests/webhooks/test_schedule.py::test_a_pause_ends_when_it_is_over_though_the_clock_was_set_back",
    ),
    Fault(
        "a pause that was asked for before the clock was set back goes on",
        "carry/set_back.py",
        "await tx.end_webhook_pauses(now)",
        "await tx.end_webhook_pauses(now + timedelta(days=9))",
        "tests/webhooks/test_schedule.py::test_a_pause_ends_when_it_is_over_though_the_clock_was_set_back",
    ),
    Fault(
        "the watermark is in the time of our clock, right or wrong",
        "carry/shops.py",
        "theirs = now + off",
        "theirs = now",
        SHOPS + "orders_that_changed_while_our_clock_was_wrong_are_found",
    ),
    Fault(
        "a connection that is stuck holds all pushes up",
        "ports/gathering.py",
        "asyncio.timeout(WORK_S)",
        "asyncio.timeout(None)",
        "tests/flow/test_gathering.py::test_what_is_stuck_is_broken_off_and_the_next_go_in",
    ),
    Fault(
        "the sweep forgets dead work too, so nobody reads who was not told",
        "queue/statements.py",
        "    WORK.c.state == literal_column(\"'done'\"),\n    IS_FREE,\n",
        "    WORK.c.state != literal_column(\"'due'\"),\n    IS_FREE,\n",
        "tests/contract/test_handling.py::test_only_work_that_was_done_long_ago_is_swept[sqlite]",
    ),
    Fault(
        "a stuck lane keeps its place, so eight of them stop everything",
        "carry/hands.py",
        "slow = loop.call_later(SLOW_AFTER_S, give_up)",
        "slow = loop.call_later(1e9, give_up)",
        "tests/flow/test_hands.py::test_more_stuck_lanes_than_there_are_places_do_not_delay_the_others",
    ),
    Fault(
        "a notice has a new key each time, so it is told twice",
        "react/notices.py",
        ":{news.name}:{news.cause}:",
        ":{news.name}:{now}:",
        WORK + "a_parcel_that_goes_out_twice_on_one_day_is_told_of_once",
    ),
    Fault(
        "a due poll is asked though no call is left of the quota",
        "react/planner.py",
        "asked = within[: room.left.now * batch]",
        "asked = within",
        "tests/flow/test_carriers_asked.py::"
        "test_no_more_is_asked_than_the_quota_allows_and_nobody_is_forgotten",
    ),
    Fault(
        "the shop of a hundred thousand parcels stands before the shop of ten",
        "react/planner.py",
        "by_shop={shop_id: more / even for more, shop_id in waiting[place:]}",
        "by_shop={shop_id: more / even for more, shop_id in waiting}",
        "tests/react/test_planner.py::"
        "test_a_small_shop_gets_what_it_wishes_and_the_large_one_what_is_left[10.0]",
    ),
    Fault(
        "a carrier counts as broken after the first failure",
        "react/health.py",
        "failures >= FAILURES_IN_A_ROW and silent",
        "failures >= 1 and silent",
        "tests/flow/test_carriers_asked.py::"
        "test_a_carrier_that_breaks_is_told_of_once_and_again_when_it_is_back",
    ),
    Fault(
        "a carrier's Retry-After is not heeded",
        "carry/failures.py",
        "polls.FIRST_FAILURE_S if asked_s is None else asked_s",
        "polls.FIRST_FAILURE_S",
        WORK + "a_carrier_that_says_come_later_is_asked_when_it_said",
    ),
    Fault(
        "the second factor of a look-up is not looked at",
        "store/order_shelf.py",
        "if matches(given, (email, phone, postal)) and right is None:",
        "if right is None:",
        WORK + "an_order_is_looked_up_with_its_own_second_factor_only",
    ),
    Fault(
        "wrong guesses close nothing",
        "desk/guessing.py",
        "of_parcel = await tx.try_guess(subject, now, most)",
        "of_parcel = await tx.try_guess(subject, now, most * 1_000)",
        WORK + "after_five_wrong_guesses_an_order_is_closed_for_a_day",
    ),
    Fault(
        "pages and workers are told of news before it is kept",
        "flow.py",
        "        await alongside(tx)\n    _show(appended, readings if reports else (), actions, app)\n",
        "        await alongside(tx)\n        _show(appended, readings if reports else (), actions, app)\n",
        "tests/flow/test_live.py::test_who_is_told_of_news_finds_it_kept",
    ),
    Fault(
        "a node that was cut off does not look at what it missed",
        "live/relay.py",
        '        self._trouble = ""\n        self._hub.look_again()\n',
        '        self._trouble = ""\n',
        LIVE + "bus_away.py::test_who_was_cut_off_alone_looks_again_though_nobody_says_anything[nats]",
    ),
    Fault(
        "what could not be sent to the other nodes is dropped",
        "live/relay.py",
        "            self._waiting.put_back(taken)  # a repeat does no harm, a loss would\n",
        "",
        LIVE + "bus_away.py::test_who_was_cut_off_alone_tells_the_others_when_it_is_back[nats]",
    ),
    Fault(
        "a slow reader misses the last change instead of the repeats",
        "live/hub.py",
        "                del self._changed[mark]\n                yield self.topics[mark]\n",
        "                yield self.topics[mark]\n                self._changed.pop(mark, None)\n",
        LIVE + "fan_out.py::test_a_change_while_a_reader_looks_is_told_when_it_has_looked[process]",
    ),
    Fault(
        "the unique key of events is dropped",
        "store/tables.py",
        '    UniqueConstraint("shop_id", "event_id"),\n    Index("events_by_shipment"',
        '    UniqueConstraint("shop_id", "event_id", "seq"),\n    Index("events_by_shipment"',
        "tests/contract/test_facts.py::test_an_event_appended_twice_is_new_once[sqlite]",
    ),
    Fault(
        "the same, on PostgreSQL",
        "store/sql/by_month.py",
        'PrimaryKeyConstraint(*[column.name for column in unique.columns], "month")',
        'PrimaryKeyConstraint("seq", "month")',
        "tests/contract/test_facts.py::test_an_event_appended_twice_is_new_once[postgres]",
    ),
    Fault(
        "values are joined by a mark that one of them holds",
        "store/sql/at_once.py",
        "return said if said.count(between) == len(values) and said.count(nothing) == empty else None",
        "return said",
        "tests/contract/test_at_once.py::test_values_are_joined_by_marks_that_none_of_them_holds",
    ),
    Fault(
        "a large batch is taken for new though a part of it is known",
        "store/sql/postgres_session.py",
        '            await self._say("ROLLBACK TO adding; RELEASE adding")\n            return False\n',
        '            await self._say("ROLLBACK TO adding")\n',
        "tests/contract/test_adding.py::test_a_large_batch_with_some_known_events_keeps_the_others_in_their_order[postgres]",
    ),
    Fault(
        "the tenant filter is dropped from one question",
        "store/shipment_shelf.py",
        "statement = walled(_filtered(tuple(given)), SHIPMENTS.c.shop_id, shop_ids)",
        "statement = _filtered(tuple(given))",
        "tests/contract/test_reading.py::test_every_list_shows_only_the_shops_one_may_see[sqlite]",
    ),
    Fault(
        "row security does not bind the tables' owner",
        "store/sql/walls.py",
        'f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"',
        'f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"',
        "tests/contract/test_row_security.py::test_a_question_that_forgot_its_filter_sees_no_foreign_row",
    ),
    Fault(
        "a change of the tables waits for its lock for ever, and everybody behind it",
        "store/patience.py",
        'if session.engine == "sqlite":',
        "if session.engine:",
        "tests/sim/test_upgrades.py::test_a_change_that_cannot_have_its_lock_lets_everybody_pass",
    ),
    Fault(
        "two nodes derive from half a picture",
        "store/sql/postgres_session.py",
        "        wanted = buckets(names)\n",
        "        wanted = buckets(names)[:0]\n",
        "tests/contract/test_writers.py::test_who_claims_a_name_that_is_held_waits_and_others_go_on",
    ),
    Fault(
        "the restore fence is gone: what was sent after the backup is sent again",
        "flow.py",
        "    behind = app.fence.behind(actions) if app.fence else []\n",
        "    behind: list[str] = []\n",
        RESTORE + "what_was_sent_after_the_backup_is_held_and_sent_again_only_when_somebody_says_so",
    ),
    Fault(
        "what was due when the backup was taken is sent after the restore",
        "desk/restores.py",
        "await work.hold(tx, reason=fence.reason, kinds=sorted(TELLING))",
        "await work.hold(tx, reason=fence.reason, kinds=[])",
        RESTORE + "what_was_due_when_the_backup_was_taken_is_held",
    ),
    Fault(
        "a backup of SQLite is not of one instant",
        "store/backup/sqlite_snapshot.py",
        '        connection.execute("BEGIN")\n',
        "",
        BACKUP + "a_backup_is_of_one_instant_though_others_go_on_writing[sqlite]",
    ),
    Fault(
        "a backup of PostgreSQL is not of one instant",
        "store/backup/postgres_snapshot.py",
        'isolation="repeatable_read"',
        'isolation="read_committed"',
        BACKUP + "a_backup_is_of_one_instant_though_others_go_on_writing[postgres]",
    ),
    Fault(
        "a webhook follows a redirect",
        "notify/webhooks/poster.py",
        "            return read_answer(answer.status, answer.headers, said, now)\n",
        "            onward = dict(answer.headers).get(b'Location')\n"
        "            if onward:\n"
        "                to = target_of(onward.decode(), may_be_private=True)\n"
        "                return await self.hand_over(to, body, given, now)\n"
        "            return read_answer(answer.status, answer.headers, said, now)\n",
        "tests/webhooks/test_address.py::test_a_redirect_is_followed_nowhere",
    ),
    Fault(
        "an old message counts as a new one: the tolerance is gone",
        "notify/webhooks/signing.py",
        "    if abs(int(stamp) - now.timestamp()) > TOLERANCE.total_seconds():",
        "    if abs(int(stamp) - now.timestamp()) < 0:",
        "tests/webhooks/test_signing.py::test_a_message_from_more_than_five_minutes_ago_or_ahead_is_refused",
    ),
    Fault(
        "a signature is compared by equals, which tells how much of it was right",
        "notify/webhooks/signing.py",
        '        hmac.compare_digest(mine, theirs.encode("utf-8", "replace"))\n',
        '        mine == theirs.encode("utf-8", "replace")\n',
        "tests/tidy/test_constant_time.py::test_what_proves_a_sender_is_never_compared_by_equals",
    ),
    Fault(
        "a webhook has another id at each try",
        "carry/webhooks.py",
        "            self._endpoint.url,\n            message.message_id,\n",
        '            self._endpoint.url,\n            f"{message.message_id}{held.attempts}",\n',
        "tests/webhooks/test_schedule.py::test_ten_tries_at_their_times_then_a_dead_letter",
    ),
    Fault(
        "where a webhook's host leads is not looked at",
        "notify/webhooks/guard.py",
        "                if why := why_denied(address):",
        "                if (why := why_denied(address)) and not address:",
        "tests/webhooks/test_address.py::test_a_name_that_changes_between_check_and_call_gains_nothing",
    ),
    Fault(
        "the certificate of a webhook's host is not checked",
        "notify/webhooks/poster.py",
        "ssl_context=self._tls or ssl.create_default_context(),",
        "ssl_context=ssl._create_unverified_context(),",
        "tests/webhooks/test_answers.py::test_a_certificate_is_checked_with_the_hosts_name",
    ),
    Fault(
        "one stuck endpoint holds everybody up: its other messages are tried at once, too",
        "carry/webhooks.py",
        "        if self._pause_until is not None and now < self._pause_until:",
        "        if self._pause_until is not None and now > self._pause_until:",
        "tests/webhooks/test_isolation.py::test_five_at_a_time_go_to_one_endpoint",
    ),
    Fault(
        "a text message is sent though the day's money is spent",
        "carry/paying.py",
        "    return None if paid is Paid.YES else UNPAID[paid]",
        "    return None if paid in (Paid.YES, Paid.MONEY) else UNPAID[paid]",
        "tests/sms/test_texting.py::"
        "test_the_money_of_a_day_is_never_overspent_and_the_seller_reads_that_it_is_spent",
    ),
    Fault(
        "a text message has no key by which a repeat is known",
        "notify/channels/sms/channel.py",
        "                    headers={KEY_HEADER: key},\n",
        "",
        "tests/sms/test_texting.py::test_a_repeat_has_the_same_key_and_is_one_message",
    ),
    Fault(
        "a form sends text messages to whatever number is typed",
        "desk/switches.py",
        "    if number is None or given != number or not tries.is_open:",
        "    number = given\n    if number is None or not tries.is_open:",
        "tests/sms/test_toll_fraud.py::test_the_form_of_the_order_takes_the_orders_own_number",
    ),
    Fault(
        "an answer that brought a scan is kept as a repeat, not as evidence",
        "record/repeats.py",
        "        if reading.report.body_hash in told_by\n        or reading.refusals",
        "        if reading.refusals",
        REPEATS + "an_answer_that_brings_this_is_kept_whole",
    ),
    Fault(
        "a repeat is found as the last whole answer, so nothing can be built on it and each poll is kept whole",
        "store/report_shelf.py",
        'kept |= again or {"asked": asked}',
        'kept |= {**(again or {}), "asked": asked}',
        REPEATS_KEPT + "a_poll_without_news_adds_at_most_a_few_bytes[sqlite]",
    ),
    Fault(
        "one answer is repeated by all of a batch, whatever they answer",
        "store/repeats.py",
        ".where(EARLIER.c.asked == given.c.value)",
        "",
        REPEATS_KEPT + "each_of_many_in_one_batch_repeats_the_last_whole_answer_to_its_own_question[sqlite]",
    ),
    Fault(
        "a repeat that unfolds to other bytes is shown as what was heard",
        "store/repeats.py",
        "    if hashlib.sha256(body).hexdigest() != body_hash:\n",
        "    if hashlib.sha256(body).hexdigest() == '':\n",
        REPEATS_KEPT + "a_difference_that_leads_to_other_bytes_is_never_shown_as_heard",
    ),
    Fault(
        "a difference opens wherever it is put",
        "store/repeats.py",
        "    return body_hash, earlier_hash\n",
        '    return "", ""\n',
        REPEATS_KEPT + "a_difference_moved_to_another_report_does_not_open[sqlite]",
    ),
    Fault(
        "on the way back to version 4 repeats lose their bodies",
        "store/revisions/r0005_repeats.py",
        "        whole = sealer.seal_body(as_heard(row, sealer), body_hash)\n",
        "        continue\n",
        "tests/contract/test_migrations.py::"
        "test_going_back_every_report_has_a_body_of_its_own_again_and_forward_it_still_has[sqlite]",
    ),
    Fault(
        "scans of another carrier still count after somebody chose one",
        "desk/carriers.py",
        "foreign = app.carriers.keys() - believed(after)",
        "foreign = frozenset[str]()",
        CHOICES + "a_chosen_carrier_holds_and_the_other_ones_scans_are_set_aside_until_it_is_undone",
    ),
    Fault(
        "an undone choice leaves its scans set aside",
        "desk/carriers.py",
        "await tx.attribute(before.shop_id, last.set_aside, shipment_id)",
        "await tx.attribute(before.shop_id, last.set_aside, None)",
        CHOICES + "a_chosen_carrier_holds_and_the_other_ones_scans_are_set_aside_until_it_is_undone",
    ),
    Fault(
        "scans under a hand-over number are nobody's",
        "record/known.py",
        "for number in shipment.numbers:",
        "for number in shipment.numbers[:1]:",
        CHOICES + "a_hand_over_number_begins_a_leg_and_both_read_as_one_journey",
    ),
    Fault(
        "an aggregator's push counts with any signature",
        "sources/push_proofs.py",
        "return any(hmac.compare_digest(shown, one) for one in good)",
        "return bool(good)",
        "tests/sources/test_aggregators.py::test_a_push_counts_only_when_its_very_bytes_are_proved",
    ),
    Fault(
        "a row that stands twice in a file is announced as two",
        "desk/fates.py",
        "if first != standing.where:",
        "if not first:",
        "tests/flow/test_long_files.py::test_a_row_that_stands_twice_in_a_file_counts_once",
    ),
    Fault(
        "an X12 time code behind UTC is an hour off",
        "sources/handed_in/x12_214/time_codes.py",
        "number if number <= 12 else number - 25",
        "number if number <= 12 else number - 24",
        "tests/sources/test_handed_in.py::test_a_time_code_names_its_offset",
    ),
    Fault(
        "the map shows the buyer's own postcode",
        "show/buyer/way.py",
        "        at, precision = town, Precision.CITY\n",
        "        pass\n",
        MAPS + "way.py::test_a_postcode_that_may_be_the_buyers_own_is_drawn_as_the_town",
    ),
    Fault(
        "a country is a dot in its middle",
        "show/buyer/way.py",
        "country=located.country, precision=Precision.COUNTRY)",
        "country=located.country, longitude=0.0, latitude=0.0)",
        MAPS + "way.py::test_a_country_is_named_and_never_a_dot",
    ),
    Fault(
        "a browser that is gone is told again and again",
        "notify/channels/web_push/channel.py",
        'detail="the browser wants no more of them", gone=True',
        'detail="the browser wants no more of them"',
        "tests/web_push/test_telling.py::test_a_device_that_is_gone_is_forgotten_and_wishes_are_kept",
    ),
    Fault(
        "a message is sealed with a key of everybody's",
        "notify/channels/web_push/sealing.py",
        'about = b"WebPush: info\\x00" + browser.public_key + ours',
        'about = b"WebPush: info\\x00" + ours + ours',
        "tests/web_push/test_sealing.py::test_the_standards_own_example_comes_out_byte_for_byte",
    ),
    Fault(
        "a browser's push service may be a machine of ours",
        "notify/channels/web_push/channel.py",
        "self._outside = outside or HttpPoster(Webhooks())",
        "self._outside = outside or HttpPoster(Webhooks(allow_private=True))",
        "tests/web_push/test_telling.py::test_neither_many_devices_nor_a_machine_of_ours_is_called",
    ),
    Fault(
        "a shop's color is only looked at on white",
        "model/palette.py",
        "    under = (*ground.all, soft)\n",
        "    under = (ground.card,)\n",
        "tests/brand/test_palette.py::test_so_do_the_corners_edges_and_middles_of_the_cube_and_our_own",
    ),
    Fault(
        "the newest look of any shop is everybody's",
        "store/brand_shelf.py",
        'BRANDS.c.shop_id == bindparam("shop_id")',
        'BRANDS.c.shop_id != bindparam("shop_id") + "x"',
        "tests/brand/test_branding.py::test_a_look_is_on_the_pages_and_mails_of_its_shop_and_nowhere_else",
    ),
)
