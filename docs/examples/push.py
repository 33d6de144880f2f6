#!/usr/bin/env python3
"""Pushes a customer, an invoice and a payment, as an ERP would.

Needs the contract compiled beside it, or in a folder that PYTHONPATH names:

    python3 -m venv python && . python/bin/activate && pip install grpcio grpcio-tools
    python3 -m grpc_tools.protoc -I proto --python_out=docs/examples --grpc_python_out=docs/examples \
        proto/recobra/v1/common.proto proto/recobra/v1/push.proto
    python3 docs/examples/push.py 127.0.0.1:8481 key ERP-E1 2026-03-04 1

The last argument grows with every push of the source; the same one again goes on with a push that was cut off.
A server with TLS takes grpc.secure_channel(address, grpc.ssl_channel_credentials()) instead.
"""

import sys

import grpc
from recobra.v1 import push_pb2 as push
from recobra.v1.push_pb2_grpc import PushServiceStub


def chunks():
    """One kind of rows per chunk; what others depend on comes first."""
    party = push.PartyRow(external_id="430009", name="Ferretería Soler, S.L.", country="ES", tax_id="B76543214")
    account = push.AccountRow(
        external_id="430009", party_external_id="430009", name="Ferretería Soler, S.L.", currency="EUR"
    )
    invoice = push.ReceivableRow(
        external_id="F26-0900",
        account_external_id="430009",
        currency="EUR",
        amount="1210.00",
        issue_on="2026-01-12",
        due_on="2026-02-11",
    )
    payment = push.EntryRow(
        external_id="BANK-90-1",
        account_external_id="430009",
        receivable_external_id="F26-0900",
        amount="210.00",
        currency="EUR",
        effective_on="2026-03-02",
    )
    yield {"parties": push.PartyRows(rows=[party])}
    yield {"accounts": push.AccountRows(rows=[account])}
    yield {"receivables": push.ReceivableRows(rows=[invoice])}
    yield {"entries": push.EntryRows(rows=[payment])}


def requests(session):
    """Chunks after the last acknowledged one: run again, it goes on where it was cut off."""
    for number, rows in enumerate(chunks(), start=1):
        if number > session.last_chunk:
            yield push.PushChunksRequest(session_id=session.id, chunk_no=number, **rows)


def main(address, key_file, source, as_of, sequence):
    with open(key_file, encoding="ascii") as file:
        metadata = [("authorization", "Bearer " + file.read().strip())]
    with grpc.insecure_channel(address) as channel:
        service = PushServiceStub(channel)
        asked = push.OpenSessionRequest(
            source=source, mode=push.PUSH_MODE_DELTA, as_of=as_of, sequence=int(sequence)
        )
        session = service.OpenSession(asked, metadata=metadata).session
        for answer in service.PushChunks(requests(session), metadata=metadata):
            counts = answer.counts
            print(f"chunk {answer.chunk_no}: {counts.created} created, {counts.rejected} rejected")
            for issue in answer.issues:
                print(f"  {issue.external_id} {issue.issue.field}: {issue.issue.message} ({issue.issue.code})")
        finished = service.FinishSession(push.FinishSessionRequest(session_id=session.id), metadata=metadata)
        print(push.SessionState.Name(finished.session.state))
        return 0 if finished.session.state == push.SESSION_STATE_FINISHED else 1


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:6]))
    except grpc.RpcError as error:
        sys.exit(f"{error.code().name}: {error.details()}")
