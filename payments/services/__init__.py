"""What is done about money. A gateway is called outside of transactions alone; see docs/payments.md.

    opening     open_payment: the order is written down, then made known to the gateway
    syncing     sync_payment: asks the gateway for the truth; return page, webhooks and sweeps all end here
    applying    apply_seen: brings a payment up to what was seen, forward only; the single writer of payments
    pages       page_of: the gateway's own page for one who pays by a link
    capturing   capture_payment: takes what is held
    receiving   receive_payment: notes what was handed over in person
    cancelling  let_go (of what is open, in the caller's transaction), cancel_at_gateway
    cards       forget_card, forget_at_gateway
    refunding   request_refund, refund_now, approve_refund, reject_refund, retry_refund: promising money back
    refund_calls, refund_news    run_refund asks the gateway for it; what the gateway tells of refunds
    refund_ending    succeed: it has gone back, or stands to the customer's credit
    calls       make_call: every call that moves money is written down before it is made
    webhooks    receive_webhook, process_webhook, replay_webhook
    resolving   sweep: whatever is due is asked for, made again or given up
    locking, posting, announcing    rows in their order, the ledger, events

Locks are taken in one order: the payable's row, the payment's row.
"""
